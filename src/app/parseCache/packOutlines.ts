import type { ExecutableNode, NodeId, ResourceType } from "../../core/node.ts";
import type { NodeOutline } from "../../core/nodeOutline.ts";

/** Each value once, and for each node which of them is its. */
interface Column<T> {
	readonly values: readonly T[];
	readonly of: Uint32Array;
}

/** Outlines of nodes, column by column: of tens of thousands of nodes most have the folder of twenty others. */
export interface PackedOutlines {
	readonly kinds: Column<ResourceType>;
	readonly packages: Column<string>;
	readonly files: Column<string>;
	/** The fqn without its last part. */
	readonly folders: Column<readonly string[]>;
	/** Last parts of the fqn where they are not what the id says, by the node's place. */
	readonly ends: ReadonlyMap<number, string>;
	/** Names that are not the last part of the fqn: of models with versions. */
	readonly names: ReadonlyMap<number, string>;
	readonly tags: Column<readonly string[]>;
	readonly layers: Column<string | null>;
	readonly patches: Column<string | null>;
	readonly versions: Column<string | number | null>;
	readonly databases: Column<string | null>;
	readonly schemas: Column<string | null>;
	/** Names of generic tests. */
	readonly tests: Column<string | null>;
	/** By the node's place; of most tests that is "". */
	readonly checksums: ReadonlyMap<number, string>;
}

export function packOutlines(nodes: readonly ExecutableNode[]): PackedOutlines {
	const ends = new Map<number, string>();
	const names = new Map<number, string>();
	const checksums = new Map<number, string>();
	nodes.forEach((node, at) => {
		const { unique_id, name, resource_type, package_name, fqn, checksum } = node;
		const end = fqn.at(-1) ?? "";
		if (end !== nameIn(unique_id, resource_type, package_name)) ends.set(at, end);
		if (name !== end) names.set(at, name);
		if (checksum.checksum !== "") checksums.set(at, checksum.checksum);
	});
	return {
		kinds: column(nodes, (node) => node.resource_type),
		packages: column(nodes, (node) => node.package_name),
		files: column(nodes, (node) => node.original_file_path),
		folders: column(nodes, (node) => node.fqn.slice(0, -1)),
		ends,
		names,
		tags: column(nodes, (node) => node.tags),
		layers: column(nodes, (node) => node.layer),
		patches: column(nodes, (node) => node.patch_path),
		versions: column(nodes, (node) => (node.resource_type === "model" ? node.version : null)),
		databases: column(nodes, (node) => node.database),
		schemas: column(nodes, (node) => node.schema),
		tests: column(nodes, testNameOf),
		checksums,
	};
}

const testNameOf = (node: ExecutableNode): string | null =>
	node.resource_type === "test" ? (node.test_metadata?.name ?? null) : null;

function column<T extends string | number | readonly string[] | null>(
	nodes: readonly ExecutableNode[],
	read: (node: ExecutableNode) => T,
): Column<T> {
	const places = new Map<string, number>();
	const values: T[] = [];
	const of = new Uint32Array(nodes.length);
	let last: T | undefined;
	let place = 0;
	for (let at = 0; at < nodes.length; at++) {
		const value = read(nodes[at]!);
		if (value !== last) {
			last = value;
			const key = typeof value === "string" ? `=${value}` : JSON.stringify(value);
			place = places.get(key) ?? values.length;
			if (place === values.length) {
				places.set(key, place);
				values.push(value);
			}
		}
		of[at] = place;
	}
	return { values, of };
}

/** What follows kind and package in an id; of a generic test without the digits of its hash. */
function nameIn(id: NodeId, kind: ResourceType, packageName: string): string {
	const from = kind.length + packageName.length + 2;
	const hash = kind === "test" ? id.lastIndexOf(".") : -1;
	return hash > from ? id.slice(from, hash) : id.slice(from);
}

/** The outlines again, in the order of `ids`. */
export function unpackOutlines(packed: PackedOutlines, ids: readonly NodeId[]): readonly NodeOutline[] {
	const { kinds, packages, files, folders, ends, names, tags, layers, patches, versions } = packed;
	const { databases, schemas, tests, checksums } = packed;
	const named = new Map(tests.values.map((name) => [name, name === null ? null : Object.freeze({ name })]));
	const valueAt = <T>({ values, of }: Column<T>, at: number): T => values[of[at]!]!;
	return ids.map((unique_id, at) => {
		const resource_type = valueAt(kinds, at);
		const package_name = valueAt(packages, at);
		const end = ends.get(at) ?? nameIn(unique_id, resource_type, package_name);
		return {
			unique_id,
			name: names.get(at) ?? end,
			resource_type,
			package_name,
			original_file_path: valueAt(files, at),
			fqn: [...valueAt(folders, at), end],
			tags: valueAt(tags, at),
			layer: valueAt(layers, at),
			patch_path: valueAt(patches, at),
			version: valueAt(versions, at),
			database: valueAt(databases, at),
			schema: valueAt(schemas, at),
			checksum: checksums.get(at) ?? "",
			test_metadata: named.get(valueAt(tests, at)) ?? null,
		};
	});
}
