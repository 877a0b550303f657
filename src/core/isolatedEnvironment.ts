/** Schemas that belong together, are written down before they are made, and may be dropped with all that is in them (ADR 0050). */
import type { Session } from "./adapter.ts";

export interface IsolatedEnvironment {
	readonly project: string;
	/** `ci_482`, or as a person called it. Part of the schemas' names. */
	readonly name: string;
	readonly purpose: "ci" | "development";
	/** Who made it. */
	readonly owner: string;
	/** The target whose connection it was made with, and the one by whose names all else is read. */
	readonly target: string;
	readonly defer: string;
	/** Number of the pull request. */
	readonly pull: string | null;
	readonly commit: string | null;
	/** ISO instants. */
	readonly createdAt: string;
	/** From when on anybody may drop it; null: never. */
	readonly expiresAt: string | null;
	/** The last command that took it: a run that works in it, or who drops it. Whether it lives, presence says. */
	readonly runId: string | null;
	/** Sorted. */
	readonly schemas: readonly string[];
}

/** Why schemas cannot be an environment's: they exist already, or belong to another one. */
export interface SchemaInTheWay {
	readonly schema: string;
	/** `project@name`; null: nobody wrote it down. */
	readonly environment: string | null;
}

/** `taken`: another run works in it. */
export type Registration =
	| { readonly kind: "registered"; readonly before: IsolatedEnvironment | null }
	| { readonly kind: "taken"; readonly by: string | null }
	| { readonly kind: "refused"; readonly inTheWay: readonly SchemaInTheWay[] };

/** What is kept of environments, in tfm's own tables. Each call is a transaction of its own. */
export interface EnvironmentStore {
	list(session: Session, project: string): Promise<readonly IsolatedEnvironment[]>;
	find(session: Session, project: string, name: string): Promise<IsolatedEnvironment | null>;
	/**
	 * Writes it down, with these schemas beside those that it has. With `only` nothing is written unless it is there and
	 * that run took it last (null: none did).
	 */
	register(session: Session, environment: IsolatedEnvironment, only?: string | null): Promise<Registration>;
	/** One schema less. */
	release(session: Session, schema: string): Promise<void>;
	/** With all notes that runs in it left. Not where schemas are left, or another run than `runId` works in it. */
	forget(session: Session, about: Pick<IsolatedEnvironment, "project" | "name" | "runId">): Promise<void>;
}

/** Under which project's name the notes of runs in an environment are kept. */
export const notebookOf = ({ project, name }: Pick<IsolatedEnvironment, "project" | "name">): string =>
	`${project}@${name}`;
