import { type Answer, DONE, status, texts } from "./answer.ts";

/** What a test's script answers a statement with that nothing here could carry out; nothing is done. */
export interface ScriptedAnswer {
	/** Names of columns as Snowflake prints them; absent: the statement defines something and says that it is done. */
	readonly columns?: readonly string[];
	readonly rows?: readonly (readonly (string | null)[])[];
}

/** Undefined: the statement is none of the script's. */
export type AnswerScript = (sql: string) => ScriptedAnswer | undefined;

export const scripted = ({ columns, rows = [] }: ScriptedAnswer): Answer =>
	columns === undefined ? status(DONE) : texts(columns, rows);
