"""Writes the Parquet files of the tests with another implementation (pyarrow 26): python makeParquet.py"""
import datetime as dt
import decimal
import pyarrow as pa
import pyarrow.parquet as pq

D = decimal.Decimal
utc = dt.timezone.utc
rows = pa.table(
    {
        "i8": pa.array([-128, None, 127], pa.int8()),
        "u32": pa.array([4294967295, None, 0], pa.uint32()),
        "i64": pa.array([-9223372036854775808, None, 9223372036854775807], pa.int64()),
        "u64": pa.array([18446744073709551615, None, 0], pa.uint64()),
        "f16": pa.array([0.5, None, -2.0], pa.float32()).cast(pa.float16()),
        "f32": pa.array([0.1, None, float("inf")], pa.float32()),
        "f64": pa.array([0.1, None, 1e300], pa.float64()),
        "small": pa.array([D("-1.05"), None, D("99.99")], pa.decimal128(4, 2)),
        "large": pa.array([D("-12345678901234567890123456789.000000001"), None, D("0.000000001")], pa.decimal128(38, 9)),
        "flag": pa.array([True, None, False]),
        "word": pa.array(["Köln\t\\", None, "🦆"]),
        "kind": pa.array(["a", None, "a"]).dictionary_encode(),
        "raw": pa.array([b"\x00\xff", None, b""], pa.binary()),
        "day": pa.array([dt.date(1969, 12, 31), None, dt.date(2026, 2, 28)]),
        "at_ms": pa.array([-1, None, 1767225600123], pa.timestamp("ms")),
        "at_us": pa.array([-1, None, 1767225600123456], pa.timestamp("us", "UTC")),
        "at_ns": pa.array([-1, None, 1767225600123456789], pa.timestamp("ns", "UTC")),
        "clock": pa.array([dt.time(23, 59, 59, 999999), None, dt.time(0)], pa.time64("us")),
        "list": pa.array([[1, None, 3], None, []], pa.list_(pa.int64())),
        "struct": pa.array([{"a": D("1.10"), "b": {"c": ["x", "y"]}}, None, {"a": None, "b": None}],
                           pa.struct([("a", pa.decimal128(5, 2)), ("b", pa.struct([("c", pa.list_(pa.string()))]))])),
        "map": pa.array([[("k", dt.datetime(2026, 1, 1, tzinfo=utc))], None, []], pa.map_(pa.string(), pa.timestamp("us", "UTC"))),
    }
)
pq.write_table(rows, "types.parquet", compression="none", store_schema=False)
pq.write_table(rows, "types-v2.parquet", compression="zstd", data_page_version="2.0", store_schema=False,
               use_dictionary=False, column_encoding={"i64": "DELTA_BINARY_PACKED", "word": "DELTA_BYTE_ARRAY"})
pq.write_table(rows.select(["i64", "at_ns", "word"]), "int96.parquet", use_deprecated_int96_timestamps=True, store_schema=False)
many = pa.table({"n": pa.array(range(3000)), "t": pa.array([f"row {i % 7}" for i in range(3000)])})
for codec in ["snappy", "gzip", "brotli", "zstd", "lz4"]:
    pq.write_table(many, f"{codec}.parquet", compression=codec, row_group_size=1000, store_schema=False)
