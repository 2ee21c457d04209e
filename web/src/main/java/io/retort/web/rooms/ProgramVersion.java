package io.retort.web.rooms;

/** The version of this program. */
public final class ProgramVersion {
  private ProgramVersion() {}

  /** As the jar's manifest says; classes outside a jar have none. */
  public static String current() {
    String version = ProgramVersion.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
