package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import io.retort.data.TextSpan;
import java.util.ArrayList;
import java.util.List;

/** Where pages and headings lie in an extracted text; kept, so that it can be cut again. */
public record DocumentStructure(List<Page> pages, List<Heading> headings) {
  /** A page, counted from 1. */
  public record Page(int number, TextSpan span) {
    public Page {
      requireNonNull(span, "span");
    }
  }

  /** A heading; level 1 is the most important. */
  public record Heading(int level, TextSpan span) {
    public Heading {
      requireNonNull(span, "span");
    }
  }

  public DocumentStructure {
    pages = List.copyOf(pages);
    headings = List.copyOf(headings);
  }

  /** One line a page or heading: {@code p|h number start end}. */
  String encode() {
    var text = new StringBuilder();
    for (Page page : pages) {
      line(text, 'p', page.number(), page.span());
    }
    for (Heading heading : headings) {
      line(text, 'h', heading.level(), heading.span());
    }
    return text.toString();
  }

  private static void line(StringBuilder text, char kind, int number, TextSpan span) {
    text.append(kind).append(' ').append(number);
    text.append(' ').append(span.start()).append(' ').append(span.end()).append('\n');
  }

  static DocumentStructure decode(String text) {
    List<Page> pages = new ArrayList<>();
    List<Heading> headings = new ArrayList<>();
    for (String line : (Iterable<String>) text.lines()::iterator) {
      String[] parts = line.split(" ", -1);
      int number = Integer.parseInt(parts[1]);
      TextSpan span = new TextSpan(Integer.parseInt(parts[2]), Integer.parseInt(parts[3]));
      switch (parts[0]) {
        case "p" -> pages.add(new Page(number, span));
        case "h" -> headings.add(new Heading(number, span));
        default -> throw new IllegalArgumentException("unknown mark in a structure: " + line);
      }
    }
    return new DocumentStructure(pages, headings);
  }
}
