import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readRecording, recordingText } from "../../../packages/snowflake-server/src/recording/exchange.ts";
import { startReplay } from "../../../packages/snowflake-server/src/recording/replay.ts";
import type { Adapter } from "../../core/adapter.ts";
import { createSnowflakeAdapter } from "../snowflake/adapter.ts";
import type { ProfileFields } from "../snowflake/connectionOptions.ts";
import { LOCAL_LOGIN, startLocalSnowflake } from "../snowflake/testing/localSnowflake.ts";
import { RECORDED_LOGIN, recordAccount } from "../snowflake/testing/recordAccount.ts";
import { type ContractPart, describeAdapterContract } from "./adapterContract.ts";
import type { ContractWords } from "./contractWords.ts";
import { SNOWFLAKE_LACKS, snowflakeWords } from "./snowflakeWords.ts";

const { TFM_TEST_SNOWFLAKE: account, TFM_RECORD_SNOWFLAKE: record, TFM_REPLAY_SNOWFLAKE: replay } = process.env;
/** What is made at random must be the same in a recording and when it is played. */
const SEED = 1;
/** A part of the suite, recorded from the local protocol server; small enough to stand beside it. */
const KEPT = join(import.meta.dirname, "recordings/local-server.ndjson");
/** Of the suite all parts, or those that are named. */
const PARTS = process.env.TFM_TEST_PARTS?.split(",") as readonly ContractPart[] | undefined;

interface Place {
	readonly fields: ProfileFields;
	readonly close: () => Promise<void>;
}

async function onRecording(path: string): Promise<Place> {
	const server = await startReplay(readRecording(readFileSync(path, "utf8")));
	return {
		fields: { ...RECORDED_LOGIN, access_url: server.url },
		close: async () => {
			const unknown = server.unknown();
			await server.stop();
			expect(unknown, `${path} has no answer to these: record it anew, as docs/snowflake.md says`).toEqual([]);
		},
	};
}

/**
 * On what the suite runs: by TFM_REPLAY_SNOWFLAKE a recording, by TFM_TEST_SNOWFLAKE (fields of a profile's output as
 * JSON; its database is the suite's own, which drops the schema CONF in it) an account, else the local protocol server.
 * With TFM_RECORD_SNOWFLAKE what is said goes into that file, without what names anybody.
 */
async function asAsked(): Promise<Place> {
	if (replay !== undefined) return onRecording(replay);
	const local = account === undefined ? await startLocalSnowflake() : undefined;
	const fields: ProfileFields =
		account === undefined ? { ...LOCAL_LOGIN, schema: "PUBLIC", access_url: local?.server.url } : JSON.parse(account);
	if (record === undefined) return { fields, close: async () => local?.server.stop() };
	const recorder = await recordAccount(fields, account === undefined ? "the local protocol server" : "an account");
	return {
		fields: { ...fields, access_url: recorder.url },
		close: async () => {
			mkdirSync(dirname(record), { recursive: true });
			writeFileSync(record, recordingText(recorder.recording()));
			await recorder.stop();
			await local?.server.stop();
		},
	};
}

function describeOn(
	name: string,
	open: () => Promise<Place>,
	words: ContractWords,
	parts?: readonly ContractPart[],
): void {
	const host = { name: "tests", pid: process.pid };
	let place: Promise<Place> | undefined;
	const make = async (): Promise<Adapter> => {
		place ??= open();
		const { fields } = await place;
		return createSnowflakeAdapter({ fields, host, cwd: process.cwd(), env: process.env, threads: 4 });
	};
	describeAdapterContract(name, { make, dispose: async () => (await place)?.close() }, words, parts);
}

const wordsOf = (of: ProfileFields, onAccount: boolean, seed?: number): ContractWords =>
	snowflakeWords({
		// In statements a bare name, in any case of letters.
		warehouse: String(of.warehouse).toLowerCase(),
		elsewhere: onAccount ? [] : ["use role conf_role", "use warehouse other_wh"],
		seed,
	});

if (replay !== undefined)
	describeOn(
		"Snowflake, on a recording",
		asAsked,
		wordsOf(RECORDED_LOGIN, readRecording(readFileSync(replay, "utf8")).of === "an account", SEED),
		PARTS,
	);
else
	describeOn(
		account === undefined ? "Snowflake, on the local protocol server" : "Snowflake, on an account",
		asAsked,
		wordsOf(
			account === undefined ? LOCAL_LOGIN : JSON.parse(account),
			account !== undefined,
			record === undefined ? undefined : SEED,
		),
		PARTS,
	);

if (record === undefined && replay === undefined)
	describeOn(
		"Snowflake, on the recording that is kept",
		() => onRecording(KEPT),
		wordsOf(RECORDED_LOGIN, false, SEED),
		["values", "transactions", "limits", "sessions"],
	);

test("docs/snowflake.md says what the suite leaves out there, and why (UPDATE_DOCS=1 writes it)", () => {
	const page = join(import.meta.dirname, "../../../docs/snowflake.md");
	const lines = Object.entries(SNOWFLAKE_LACKS).map(([need, why]) => `- ${need}: ${why}`);
	const before = readFileSync(page, "utf8");
	const now = before.replace(
		/(<!-- left out -->\n)[\s\S]*(<!-- \/left out -->)/,
		(_, begin: string, end: string) => `${begin}${lines.join("\n")}\n${end}`,
	);
	if (process.env.UPDATE_DOCS === "1") writeFileSync(page, now);
	expect(readFileSync(page, "utf8")).toBe(now);
});
