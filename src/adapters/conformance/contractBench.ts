import { test } from "vitest";
import type { Adapter, Session } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import type { RelationName } from "../../core/relation.ts";
import type { ContractWords, Need } from "./contractWords.ts";

/** What an adapter's test brings along. */
export interface AdapterMaker {
	/** A fresh adapter on the test's database, not yet open. */
	make(): Adapter | Promise<Adapter>;
	/** Takes the database away. */
	dispose(): Promise<void>;
}

/** What each part of the suite works with. Every test finds the schema `conf` empty. */
export interface ContractBench {
	/** Runs `work` in a session of the open adapter. */
	on<T>(work: (session: Session) => Promise<T>): Promise<T>;
	adapter(): Adapter;
	readonly words: ContractWords;
	/** A relation of the schema conf, by its name as SQL has it without quotes. */
	inConf(name: string): RelationName;
	/** A name as it is stored when SQL has it without quotes. */
	stored(name: string): string;
	/** Another adapter on the same database; the open one must be closed first where only one may hold it. */
	maker: AdapterMaker;
}

/** `test` where the engine has what is needed; else the test is left out, and its title says why. */
export const needing =
	({ lacks }: ContractWords, need: Need) =>
	(title: string, work: () => Promise<void>): void =>
		lacks[need] === undefined ? test(title, work) : test.skip(`${title} (${need}: ${lacks[need]})`, work);

/** The error that `work` rejects with, which must be a DatabaseError. */
export async function refusal(work: Promise<unknown>): Promise<DatabaseError> {
	try {
		await work;
	} catch (error) {
		if (error instanceof DatabaseError) return error;
		throw error;
	}
	throw new Error("nothing was refused");
}
