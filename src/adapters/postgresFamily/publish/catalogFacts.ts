/** What the catalog says about a relation, as far as publishing has to carry or compare it. Read by readCatalog.ts. */

/** One privilege. The owner is marked, not named, because the owner of the new version may be another role until the end. */
export interface AclItem {
	/** Null: public. */
	readonly grantee: string | null;
	readonly owner: boolean;
	readonly privilege: string;
	readonly grantable: boolean;
}

export interface ColumnFacts {
	readonly attnum: number;
	readonly name: string;
	/** Type and collation are oids. */
	readonly type: number;
	readonly typmod: number;
	readonly collation: number;
	readonly printed: string;
	readonly acl: readonly AclItem[] | null;
	readonly comment: string | null;
	/** "" none, "a" always, "d" by default. */
	readonly identity: "" | "a" | "d";
	readonly generated: boolean;
	readonly default: string | null;
	/** -1: the default. */
	readonly statistics: number;
	readonly notNull: boolean;
	/** Null: what the type has. */
	readonly storage: "p" | "e" | "m" | "x" | null;
	/** Null: the default. */
	readonly compression: "p" | "l" | null;
}

/** A part of a relation that names columns: `needs` are those it cannot live without. */
interface Part {
	readonly name: string;
	readonly definition: string;
	readonly comment: string | null;
	readonly needs: readonly string[];
}

export interface IndexFacts extends Part {
	/** As the server quotes it, to find it at the head of `definition`. */
	readonly quoted: string;
	readonly constraint: {
		readonly name: string;
		readonly type: "p" | "u" | "x";
		readonly definition: string;
		readonly comment: string | null;
		readonly oid: number;
	} | null;
	readonly oid: number;
	readonly replicaIdentity: boolean;
	readonly clustered: boolean;
	/** Columns of the key when the index is unique, valid, immediate, whole and made of plain columns; else null. */
	readonly key: readonly string[] | null;
	readonly primary: boolean;
}

export interface ConstraintFacts extends Part {
	readonly oid: number;
	readonly type: "c" | "f";
	/** The relation a foreign key refers to; 0 for a check. */
	readonly refersTo: number;
	/** Schema-qualified and quoted by the server; "" for a check, as are its parts. */
	readonly refersToName: string;
	readonly refersToSchema: string;
	readonly refersToRelation: string;
}

export interface TriggerFacts extends Part {
	readonly enabled: "O" | "D" | "R" | "A";
}

export interface RuleFacts extends Part {
	readonly enabled: "O" | "D" | "R" | "A";
}

export interface PolicyFacts {
	readonly name: string;
	readonly permissive: boolean;
	readonly command: "r" | "a" | "w" | "d" | "*";
	/** Null: public. */
	readonly roles: readonly (string | null)[];
	readonly using: string | null;
	readonly check: string | null;
	readonly comment: string | null;
	readonly needs: readonly string[];
}

export interface StatisticsFacts extends Part {
	readonly oid: number;
	readonly schema: string;
	readonly target: number;
}

/** pg_class.relkind. */
export type RelKind = "r" | "v" | "m" | "p" | "f" | "S" | "i" | "I" | "c" | "t";

export interface RelationFacts {
	readonly oid: number;
	readonly schema: string;
	readonly name: string;
	/** Schema-qualified, as the server quotes it in definitions. */
	readonly printed: string;
	readonly kind: RelKind;
	readonly unlogged: boolean;
	/** Of a partitioned table: `RANGE (day)`. */
	readonly partitionKey: string | null;
	readonly owner: string;
	/** The connected role may do what the owner may. */
	readonly member: boolean;
	readonly acl: readonly AclItem[];
	readonly rowSecurity: boolean;
	readonly forceRowSecurity: boolean;
	/** `key=value`; options of the toast table carry the prefix `toast.`. */
	readonly options: readonly string[];
	readonly replicaIdentity: "d" | "n" | "f" | "i";
	readonly comment: string | null;
	readonly columns: readonly ColumnFacts[];
	readonly indexes: readonly IndexFacts[];
	readonly constraints: readonly ConstraintFacts[];
	readonly triggers: readonly TriggerFacts[];
	readonly rules: readonly RuleFacts[];
	readonly policies: readonly PolicyFacts[];
	readonly statistics: readonly StatisticsFacts[];
	/** A view's or materialized view's query, of those that hang on something else. */
	readonly query: string | null;
	/** Of a partitioned table: all below it. */
	readonly partitions: readonly {
		readonly oid: number;
		readonly schema: string;
		readonly name: string;
		readonly kind: RelKind;
	}[];
	/** Null: the database's. */
	readonly tablespace: string | null;
	readonly labels: readonly { readonly provider: string; readonly label: string; readonly column: string | null }[];
	readonly partition: boolean;
	readonly extension: string | null;
	readonly publications: readonly string[];
	readonly ownedSequences: readonly string[];
	readonly inheritance: boolean;
	readonly hasToast: boolean;
}

/** Something outside a relation that holds a reference to it. One row per column it needs. */
export interface Dependent {
	readonly target: number;
	/** The relation the object belongs to: a view for its `_RETURN` rule, the table of a foreign key; 0 when it has none. */
	readonly holder: number;
	readonly holderKind: RelKind | null;
	readonly holderSchema: string | null;
	readonly holderName: string | null;
	readonly kind: "view" | "matview" | "rule" | "function" | "foreignKey" | "policy" | "other";
	/** The reference is to the row type: it cannot be moved to another relation. */
	readonly rowType: boolean;
	/** Null: the relation as a whole. */
	readonly column: string | null;
	readonly name: string;
	readonly what: string;
	readonly owner: string | null;
	readonly member: boolean;
	/** For functions, rules and foreign keys: the statement (a constraint's clause) that makes it again. */
	readonly definition: string | null;
}

export interface Catalog {
	readonly role: string;
	readonly lockSlots: number;
	/** Privileges that a relation created by the current role gets, anywhere and in each schema. */
	readonly defaults: {
		readonly everywhere: readonly AclItem[];
		readonly inSchema: ReadonlyMap<string, readonly AclItem[]>;
	};
	readonly schemas: ReadonlySet<string>;
	/** `schema NUL name` → oid, for the relations asked for. */
	readonly oids: ReadonlyMap<string, number>;
	readonly relations: ReadonlyMap<number, RelationFacts>;
	readonly dependents: readonly Dependent[];
	/** The same text means that nothing that matters has changed. */
	readonly fingerprint: string;
}
