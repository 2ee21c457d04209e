package io.retort.client;

/** An address that logs a person in, once. */
public record LoginAddress(String url) {
  @Override
  public String toString() {
    return "LoginAddress[…]";
  }
}
