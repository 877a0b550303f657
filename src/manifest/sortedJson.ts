/**
 * JSON with sorted keys, fast: a table of fields is sorted once and every object of that kind is written by walking the
 * table, instead of sorting the keys of fifty thousand objects.
 */

/** Any plain value as JSON, keys sorted at every level; undefined properties are left out. */
export function sortedText(value: unknown): string {
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
	if (Array.isArray(value)) {
		if (value.length === 0) return "[]";
		let text = "[";
		for (let i = 0; i < value.length; i++) text += i === 0 ? sortedText(value[i]) : `,${sortedText(value[i])}`;
		return `${text}]`;
	}
	const record = value as Readonly<Record<string, unknown>>;
	const keys = Object.keys(record);
	if (keys.length === 0) return "{}";
	let text = "";
	for (const key of keys.length === 1 ? keys : keys.sort()) {
		const item = record[key];
		if (item !== undefined) text += `${text === "" ? "{" : ","}${JSON.stringify(key)}:${sortedText(item)}`;
	}
	return text === "" ? "{}" : `${text}}`;
}

/** How each field of an object is written; undefined leaves the field out. */
export type FieldTexts<T> = { readonly [field: string]: (value: T) => string | undefined };

/** A function that writes objects of one kind. */
export function objectWriter<T>(fields: FieldTexts<T>): (value: T) => string {
	const sorted = Object.keys(fields)
		.sort()
		.map((key) => ({ label: `${JSON.stringify(key)}:`, write: fields[key] as (value: T) => string | undefined }));
	return (value) => {
		let text = "";
		for (const { label, write } of sorted) {
			const item = write(value);
			if (item !== undefined) text += `${text === "" ? "{" : ","}${label}${item}`;
		}
		return text === "" ? "{}" : `${text}}`;
	};
}

/** Characters per piece: larger ones cost memory, smaller ones cost writes. */
const PIECE = 256 * 1024;

/** An object of pieces, entries sorted by the caller. */
export function* objectPieces(entries: readonly (readonly [string, Iterable<string>])[]): Generator<string> {
	let open = "{";
	for (const [key, pieces] of entries) {
		yield `${open}${JSON.stringify(key)}:`;
		yield* pieces;
		open = ",";
	}
	yield entries.length === 0 ? "{}" : "}";
}

/** A map as an object, keys sorted, in pieces worth a write. */
export function* mapPieces<K extends string, V>(
	map: ReadonlyMap<K, V>,
	write: (value: V) => string,
): Generator<string> {
	let text = "{";
	let comma = "";
	for (const key of [...map.keys()].sort()) {
		text += `${comma}${JSON.stringify(key)}:${write(map.get(key) as V)}`;
		comma = ",";
		if (text.length < PIECE) continue;
		yield text;
		text = "";
	}
	yield `${text}}`;
}
