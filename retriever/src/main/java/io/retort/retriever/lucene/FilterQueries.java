package io.retort.retriever.lucene;

import io.retort.data.AccessScope;
import io.retort.data.Filter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Typed conditions to Lucene queries. No text is ever parsed: a value can be nothing but a value.
 */
final class FilterQueries {
  private FilterQueries() {}

  /** The fence that every search of the caller stands behind, with the request's own conditions. */
  static Query inside(AccessScope scope, List<Filter> filters) {
    Query collections = terms(ChunkFields.COLLECTION, scope.collections());
    if (filters.isEmpty()) {
      return collections;
    }
    var all = new BooleanQuery.Builder().add(collections, Occur.FILTER);
    for (Filter filter : filters) {
      all.add(query(filter), Occur.FILTER);
    }
    return all.build();
  }

  static Query terms(String field, Set<String> values) {
    if (values.size() == 1) {
      return new TermQuery(new Term(field, values.iterator().next()));
    }
    return new TermInSetQuery(field, values.stream().map(BytesRef::new).toList());
  }

  private static Query query(Filter filter) {
    return switch (filter) {
      case Filter.Any any -> either(any.values().stream().map(v -> equal(any.field(), v)).toList());
      case Filter.Range range -> range(range);
      case Filter.Prefix prefix ->
          new PrefixQuery(new Term(ChunkFields.keyword(prefix.field()), prefix.prefix()));
      case Filter.Exists exists -> new TermQuery(new Term(ChunkFields.PRESENT, exists.field()));
      case Filter.Not not ->
          new BooleanQuery.Builder()
              .add(MatchAllDocsQuery.INSTANCE, Occur.FILTER)
              .add(query(not.filter()), Occur.MUST_NOT)
              .build();
    };
  }

  private static Query equal(String field, Object value) {
    return switch (value) {
      case String text -> new TermQuery(new Term(ChunkFields.keyword(field), text));
      case Boolean truth -> new TermQuery(new Term(ChunkFields.keyword(field), truth.toString()));
      case Long integer -> numbers(field, integer, true, integer, true);
      case Double number -> numbers(field, number, true, number, true);
      case Instant time -> dates(field, time, true, time, true);
      default -> throw unknownType(field, value);
    };
  }

  private static Query range(Filter.Range range) {
    Object typed = range.from() == null ? range.to() : range.from();
    return switch (typed) {
      case Instant time ->
          dates(
              range.field(),
              (Instant) range.from(),
              range.fromInclusive(),
              (Instant) range.to(),
              range.toInclusive());
      case Number number ->
          numbers(
              range.field(),
              (Number) range.from(),
              range.fromInclusive(),
              (Number) range.to(),
              range.toInclusive());
      case null, default -> throw unknownType(range.field(), String.valueOf(typed));
    };
  }

  /** A value is indexed as what it is, whole or floating; a condition on numbers looks at both. */
  private static Query numbers(
      String field,
      @Nullable Number from,
      boolean fromInclusive,
      @Nullable Number to,
      boolean toInclusive) {
    List<Query> parts = new ArrayList<>();
    Long low = from == null ? Long.valueOf(Long.MIN_VALUE) : lowest(from, fromInclusive);
    Long high = to == null ? Long.valueOf(Long.MAX_VALUE) : highest(to, toInclusive);
    if (low != null && high != null && low <= high) {
      parts.add(LongPoint.newRangeQuery(ChunkFields.integer(field), low, high));
    }
    double least = from == null ? Double.NEGATIVE_INFINITY : from.doubleValue();
    double most = to == null ? Double.POSITIVE_INFINITY : to.doubleValue();
    least = from == null || fromInclusive ? least : DoublePoint.nextUp(least);
    most = to == null || toInclusive ? most : DoublePoint.nextDown(most);
    if (least <= most) {
      parts.add(DoublePoint.newRangeQuery(ChunkFields.number(field), least, most));
    }
    return either(parts);
  }

  /** The smallest whole number that satisfies the bound, null if there is none. */
  private static @Nullable Long lowest(Number from, boolean inclusive) {
    if (from instanceof Long whole) {
      return inclusive ? whole : whole == Long.MAX_VALUE ? null : Long.valueOf(whole + 1);
    }
    double bound = from.doubleValue();
    double least = Math.ceil(bound);
    if (!inclusive && least == bound) {
      least = bound + 1;
    }
    return least > Long.MAX_VALUE ? null : Long.valueOf((long) least);
  }

  private static @Nullable Long highest(Number to, boolean inclusive) {
    if (to instanceof Long whole) {
      return inclusive ? whole : whole == Long.MIN_VALUE ? null : Long.valueOf(whole - 1);
    }
    double bound = to.doubleValue();
    double most = Math.floor(bound);
    if (!inclusive && most == bound) {
      most = bound - 1;
    }
    return most < Long.MIN_VALUE ? null : Long.valueOf((long) most);
  }

  private static Query dates(
      String field,
      @Nullable Instant from,
      boolean fromInclusive,
      @Nullable Instant to,
      boolean toInclusive) {
    long low = from == null ? Long.MIN_VALUE : from.toEpochMilli();
    long high = to == null ? Long.MAX_VALUE : to.toEpochMilli();
    low = from == null || fromInclusive ? low : Math.addExact(low, 1);
    high = to == null || toInclusive ? high : Math.subtractExact(high, 1);
    return low <= high
        ? LongPoint.newRangeQuery(ChunkFields.date(field), low, high)
        : either(List.of());
  }

  /** At least one of {@code parts}; none matches nothing. */
  private static Query either(List<Query> parts) {
    var either = new BooleanQuery.Builder();
    for (Query part : parts) {
      either.add(part, Occur.SHOULD);
    }
    return either.build();
  }

  private static IllegalArgumentException unknownType(String field, Object value) {
    return new IllegalArgumentException(
        "a filter on %s holds %s; values are String, Long, Double, Boolean or Instant"
            .formatted(field, value));
  }
}
