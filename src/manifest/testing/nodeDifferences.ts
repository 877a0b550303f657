type Record_ = Readonly<Record<string, unknown>>;

const without = (node: Record_ | undefined, fields: readonly string[]): Record_ | undefined =>
	node &&
	Object.fromEntries(Object.entries(node).filter(([key]) => !["created_at", "root_path", ...fields].includes(key)));

/** Keys of all mappings in order. */
export const sorted = (value: unknown): unknown =>
	Array.isArray(value)
		? value.map(sorted)
		: typeof value === "object" && value !== null
			? Object.fromEntries(
					Object.entries(value)
						.sort(([a], [b]) => (a < b ? -1 : 1))
						.map(([key, item]) => [key, sorted(item)]),
				)
			: value;

/** Nodes of a section of dbt's manifest that ours has otherwise; `fields` are those in which we differ and mean to. */
export const nodeDifferences = (
	theirs: Readonly<Record<string, Record_>>,
	ours: Readonly<Record<string, Record_>>,
	fields: (id: string) => readonly string[],
): readonly unknown[] =>
	Object.keys(theirs).flatMap((id) => {
		const [a, b] = [without(theirs[id], fields(id)), without(ours[id], fields(id))];
		return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)) ? [] : [{ id, dbt: a, tfm: b }];
	});
