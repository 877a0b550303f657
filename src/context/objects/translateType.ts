/** The one label that dbt translates for Postgres (`Column.TYPE_LABELS`). */
export const translateType = (dtype: string): string => (dtype.toUpperCase() === "STRING" ? "TEXT" : dtype);
