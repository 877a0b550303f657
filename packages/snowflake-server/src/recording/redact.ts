import { UUID } from "./exchange.ts";

/** Names of an account and what stands in their place: `{ xy12345: "account" }`. In any case of letters, as whole words. */
export type KnownNames = Readonly<Record<string, string>>;

export interface Redactor {
	/** A text without what names anybody. */
	text(written: string): string;
	/** The answer to a request, with those fields alone that a client needs. */
	answer(key: string, body: unknown): unknown;
}

/** What gives itself away by its form, whatever it is called: tokens, keys, addresses of people, machines and stores. */
const FORMS: readonly (readonly [RegExp, string])[] = [
	[/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, "<key>"],
	[/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, "<token>"],
	[/\bver:\d+-hint:[^\s"']+/g, "<token>"],
	[/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, "<key>"],
	[/\b(?:https?|s3|azure|gcs):\/\/[^\s"'\\]+/g, "<address>"],
	[/\b[\w.-]+\.(?:snowflakecomputing\.(?:com|cn)|amazonaws\.com|windows\.net|googleapis\.com)\b/gi, "<address>"],
	[/\b[\w.+-]+@[\w-]+\.[\w.-]+\b/g, "<mail>"],
	[/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, "<machine>"],
];

/** Of the session's parameters those by which the driver reads and prints values. */
const PARAMETERS =
	/^(?:AUTOCOMMIT|TIMEZONE|\w+_OUTPUT_FORMAT|CLIENT_SESSION_KEEP_ALIVE\w*|CLIENT_STAGE_ARRAY_BINDING_THRESHOLD|QUERY_CONTEXT_CACHE_SIZE)$/;

/** Of a statement's answer what is kept. A list of what may stay: fields that nobody here knows may hold anything. */
const OF_ANSWER = [
	..."rowtype rowset total returned queryId statementTypeId queryResultFormat".split(" "),
	..."resultIds resultTypes getResultUrl errorCode sqlState line pos queries".split(" "),
	..."command operation autoCompress overwrite sourceCompression parallel threshold".split(" "),
];

const TOKEN = "recorded";

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Ids are numbered as they come, the same id with the same number. */
export function createRedactor(names: KnownNames): Redactor {
	const numbers = new Map<string, number>();
	const numbered = (id: string): string => {
		const number = numbers.get(id.toLowerCase()) ?? numbers.size + 1;
		numbers.set(id.toLowerCase(), number);
		return `00000000-0000-0000-0000-${String(number).padStart(12, "0")}`;
	};
	// The client's own name names nobody, and stands in its statements.
	const known = Object.entries(names)
		.filter(([name]) => name !== "" && name.toLowerCase() !== "tfm")
		.sort(([a], [b]) => b.length - a.length)
		.map(([name, instead]) => [new RegExp(`(?<![\\w$])${escaped(name)}(?![\\w$])`, "gi"), instead] as const);

	const text = (written: string): string => {
		let told = written.replace(UUID, numbered);
		for (const [name, instead] of known)
			told = told.replace(name, (found) => (found === found.toUpperCase() ? instead.toUpperCase() : instead));
		for (const [form, instead] of FORMS) told = told.replace(form, instead);
		return told;
	};

	/** All texts of a value, keys as they are. */
	const deep = (value: unknown): unknown => {
		if (typeof value === "string") return text(value);
		if (Array.isArray(value)) return value.map(deep);
		if (typeof value !== "object" || value === null) return value;
		return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deep(one)]));
	};

	const parametersOf = (data: Fields): object => {
		const list = Array.isArray(data.parameters) ? (data.parameters as readonly Fields[]) : [];
		const kept = list.filter(({ name }) => PARAMETERS.test(String(name)));
		return kept.length === 0 ? {} : { parameters: kept.map(({ name, value }) => ({ name, value: deep(value) })) };
	};

	/** Of a column what it has. */
	const columns = (rowtype: unknown): unknown =>
		Array.isArray(rowtype)
			? rowtype.map((one) =>
					Object.fromEntries(
						Object.entries(fieldsOf(deep(one))).filter(
							([name, of]) => of !== null && of !== "" && name !== "byteLength",
						),
					),
				)
			: undefined;

	const pick = (data: Fields, keys: readonly string[]): Record<string, unknown> =>
		Object.fromEntries(keys.flatMap((key) => (data[key] === undefined ? [] : [[key, deep(data[key])]])));

	const login = (data: Fields): object => ({
		...pick(data, ["validityInSeconds", "masterValidityInSeconds", "serverVersion", "sessionInfo"]),
		...{ token: TOKEN, masterToken: TOKEN, sessionId: 1, displayUserName: "USER" },
		...parametersOf(data),
	});

	const renewal = (data: Fields): object => ({
		...pick(data, ["validityInSecondsST", "validityInSecondsMT"]),
		...{ sessionToken: TOKEN, masterToken: TOKEN, sessionId: 1 },
	});

	/** Where files are put is a folder of whoever replays it. */
	const statement = (data: Fields): object => ({
		...pick(data, OF_ANSWER),
		...(data.rowtype === undefined ? {} : { rowtype: columns(data.rowtype) }),
		...parametersOf(data),
		...(data.stageInfo === undefined ? {} : { stageInfo: { locationType: "LOCAL_FS", location: "<folder>" } }),
		...(data.src_locations === undefined ? {} : { src_locations: ["<file>"] }),
	});

	return {
		text,
		answer(key, body) {
			const { success, code, message, data } = fieldsOf(body);
			const told = { success, code: code ?? null, message: deep(message ?? null) };
			if (typeof data !== "object" || data === null) return { ...told, data: null };
			const kept = key === "login" ? login : key === "renew" ? renewal : statement;
			return { ...told, data: success === false && key === "login" ? null : kept(data as Fields) };
		},
	};
}
