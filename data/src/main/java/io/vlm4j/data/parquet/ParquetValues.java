package io.vlm4j.data.parquet;

import io.vlm4j.data.JsonValues;
import io.vlm4j.io.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapKeyValueTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** Parquet's values as plain ones. */
final class ParquetValues {
  private static final long JULIAN_EPOCH = 2_440_588; // 1970-01-01, as INT96 counts days

  private ParquetValues() {}

  /** A struct's fields in order, without those that are absent. */
  static Map<String, @Nullable Object> map(Group group) {
    GroupType type = group.getType();
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int field = 0; field < type.getFieldCount(); field++) {
      Type fieldType = type.getType(field);
      int count = group.getFieldRepetitionCount(field);
      if (fieldType.isRepetition(Type.Repetition.REPEATED)) {
        map.put(fieldType.getName(), repeated(group, field));
      } else if (count > 0) {
        map.put(fieldType.getName(), value(group, field, 0));
      }
    }
    return map;
  }

  private static List<@Nullable Object> repeated(Group group, int field) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < group.getFieldRepetitionCount(field); i++) {
      values.add(value(group, field, i));
    }
    return values;
  }

  private static Object value(Group group, int field, int index) {
    Type type = group.getType().getType(field);
    if (type instanceof PrimitiveType primitive) {
      return primitive(group, field, index, primitive);
    }
    Group inner = group.getGroup(field, index);
    return switch (type.getLogicalTypeAnnotation()) {
      case ListLogicalTypeAnnotation _ -> list(inner);
      case MapLogicalTypeAnnotation _, MapKeyValueTypeAnnotation _ -> entries(inner);
      case null, default -> map(inner);
    };
  }

  /**
   * A list is a group of one repeated field. Today that is a group of one {@code element}; older
   * writers repeat the element itself (parquet's rules of backward compatibility).
   */
  private static List<@Nullable Object> list(Group list) {
    Type repeated = list.getType().getType(0);
    boolean isElement =
        repeated.isPrimitive()
            || repeated.asGroupType().getFieldCount() > 1
            || repeated.getName().equals("array")
            || repeated.getName().endsWith("_tuple");
    if (isElement) {
      return repeated(list, 0);
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
      Group item = list.getGroup(0, i);
      values.add(item.getFieldRepetitionCount(0) == 0 ? null : value(item, 0, 0));
    }
    return values;
  }

  private static Map<String, @Nullable Object> entries(Group map) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (int i = 0; i < map.getFieldRepetitionCount(0); i++) {
      Group entry = map.getGroup(0, i);
      values.put(
          String.valueOf(value(entry, 0, 0)),
          entry.getFieldRepetitionCount(1) == 0 ? null : value(entry, 1, 0));
    }
    return values;
  }

  private static Object primitive(Group group, int field, int index, PrimitiveType type) {
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> group.getBoolean(field, index);
      case FLOAT -> (double) group.getFloat(field, index);
      case DOUBLE -> group.getDouble(field, index);
      case INT32 -> whole(group.getInteger(field, index), logical);
      case INT64 -> whole(group.getLong(field, index), logical);
      case INT96 -> timestamp(group.getInt96(field, index).getBytes());
      case BINARY, FIXED_LEN_BYTE_ARRAY -> bytes(group.getBinary(field, index).getBytes(), logical);
    };
  }

  private static Object whole(long value, @Nullable LogicalTypeAnnotation logical) {
    return switch (logical) {
      case DateLogicalTypeAnnotation _ -> LocalDate.ofEpochDay(value).toString();
      case TimeLogicalTypeAnnotation time ->
          LocalTime.ofNanoOfDay(value * nanos(time.getUnit())).toString();
      case TimestampLogicalTypeAnnotation time ->
          Instant.EPOCH.plus(value, unit(time.getUnit())).toString();
      case DecimalLogicalTypeAnnotation decimal ->
          BigDecimal.valueOf(value, decimal.getScale()).toString();
      case null, default -> value;
    };
  }

  private static long nanos(TimeUnit unit) {
    return unit(unit).getDuration().toNanos();
  }

  private static ChronoUnit unit(TimeUnit unit) {
    return switch (unit) {
      case MILLIS -> ChronoUnit.MILLIS;
      case MICROS -> ChronoUnit.MICROS;
      case NANOS -> ChronoUnit.NANOS;
    };
  }

  private static Object bytes(byte[] bytes, @Nullable LogicalTypeAnnotation logical) {
    return switch (logical) {
      case StringLogicalTypeAnnotation _, EnumLogicalTypeAnnotation _ -> text(bytes);
      case JsonLogicalTypeAnnotation _ -> {
        Object value = JsonValues.of(Json.parse(text(bytes)));
        yield value == null ? "null" : value;
      }
      case DecimalLogicalTypeAnnotation decimal ->
          new BigDecimal(new BigInteger(bytes), decimal.getScale()).toString();
      case UUIDLogicalTypeAnnotation _ -> {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        yield new UUID(buffer.getLong(), buffer.getLong()).toString();
      }
      case null, default -> bytes;
    };
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String timestamp(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long nanos = buffer.getLong();
    long day = Integer.toUnsignedLong(buffer.getInt()) - JULIAN_EPOCH;
    return Instant.EPOCH.plus(day, ChronoUnit.DAYS).plusNanos(nanos).toString();
  }
}
