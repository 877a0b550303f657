// @ts-check
/**
 * The thread that holds PGlite, so that a query never blocks the program and can be ended by ending the thread.
 *
 * Plain JavaScript on purpose: node 20 starts this very file in tests and development, and the bundler takes it as
 * an entry of its own. It knows nothing of tfm: it speaks the Postgres wire protocol to PGlite and hands text on, so
 * that values are made from what the server printed, never by PGlite's own parsers (they round bigints).
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import { parentPort } from "node:worker_threads";

/** @typedef {import("./workerProtocol.ts").WorkerRequest} WorkerRequest */
/** @typedef {import("../postgresFamily/wire.ts").WireReply} WireReply */

/**
 * Without replicas a table filled in the transaction that made it need not go through the log as well: 1.7 times faster.
 * The engine has no background writer; the adapter asks for checkpoints, which then recycle the log. Its buffers are laid
 * out at each start: 128 MB, the default, cost 0.15 s and 100 MB more than these, and scans of 60 MB gain nothing by them.
 */
const SETTINGS = [
	"shared_buffers=32MB",
	"wal_level=minimal",
	"max_wal_senders=0",
	"max_wal_size=256MB",
	"min_wal_size=32MB",
].flatMap((s) => ["-c", s]);

/**
 * What a function of the engine runs before V8 compiles it a second time, for speed; V8's own limit is 1,800,000. The
 * second compiler took a fifth to two fifths of a command's processor time, on threads that the engine wants as well:
 * of 50 models 7 s where it was 9.5, of one query 1.2 where it was 1.8. Queries of millions of rows reach this limit in
 * their first seconds, and take what they took.
 */
const RUN_BEFORE = 1_000_000_000;

const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);

/** @type {import("@electric-sql/pglite").PGlite | undefined} */
let db;
/** @type {typeof import("@electric-sql/pglite") | undefined} */
let pglite;
/** The server's own log, its last lines: the only place where it says why it did not start. @type {string[]} */
let log = [];

/** @param {string} line */
function remember(line) {
	log.push(line);
	if (log.length > 20) log = log.slice(-20);
	return false;
}

/** Compiles off the thread while PGlite's script loads. @param {unknown} known */
async function load(known) {
	setFlagsFromString(`--wasm-tiering-budget=${RUN_BEFORE}`);
	const wasm = createRequire(import.meta.url).resolve("@electric-sql/pglite/pglite.wasm");
	const [engine, module] = await Promise.all([
		known === undefined ? readFile(wasm).then((bytes) => WebAssembly.compile(bytes)) : known,
		import("@electric-sql/pglite"),
	]);
	pglite = module;
	return { engine: /** @type {WebAssembly.Module} */ (engine), PGlite: module.PGlite };
}

/**
 * Sends one message and reads all that comes back. PGlite swallows a trap inside the engine and goes on; a server that
 * still lives always ends with ReadyForQuery, so its absence is the sign that it does not.
 * @param {Uint8Array[]} messages
 * @param {boolean} keepRows
 * @param {boolean} described whether the statement that runs has told its columns; the first may have done so in an earlier message
 * @returns {Promise<WireReply>}
 */
async function send(messages, keepRows, described = true) {
	if (db === undefined || pglite === undefined) throw new Error("the database is not open");
	const parser = new pglite.protocol.Parser();
	/** @type {WireReply["fields"]} */
	let fields = [];
	/** @type {(readonly (string | null)[])[]} */
	let rows = [];
	/** @type {string[]} */
	const notices = [];
	/** @type {WireReply["error"]} */
	let error = null;
	/** @type {string | undefined} */
	let status;
	let tag = "";
	/** @type {string[]} */
	const tags = [];
	let suspended = false;
	await db.execProtocolRawStream(Buffer.concat(messages), {
		syncToFs: false,
		onRawData: (bytes) =>
			parser.parse(bytes, (/** @type {any} */ message) => {
				switch (message.name) {
					case "rowDescription":
						fields = message.fields.map((/** @type {any} */ f) => ({
							name: f.name,
							oid: f.dataTypeID,
							modifier: f.dataTypeModifier,
						}));
						rows = [];
						described = true;
						break;
					case "dataRow":
						if (keepRows) rows.push(message.fields);
						break;
					case "commandComplete":
						tag = message.text;
						if (!keepRows) tags.push(tag);
						// The answer is the last statement's: an update after a select has no rows.
						if (!described) [fields, rows] = [[], []];
						described = false;
						break;
					case "portalSuspended":
						suspended = true;
						break;
					case "notice":
						notices.push(message.message ?? "");
						break;
					case "error":
						error ??= {
							message: message.message,
							code: message.code,
							detail: message.detail,
							hint: message.hint,
							position: message.position,
							where: message.where,
						};
						break;
					case "readyForQuery":
						status = message.status;
						break;
				}
			}),
	});
	if (status !== "I" && status !== "T" && status !== "E") throw new Error("the server stopped while it worked");
	return { fields, rows, tag, tags, notices, error, status, suspended };
}

/** @param {Uint8Array} chunk */
function copyData(chunk) {
	const header = Buffer.alloc(5, "d");
	header.writeUInt32BE(chunk.length + 4, 1);
	return [header, chunk];
}

/**
 * A statement and its values, the text left out where the server has it prepared.
 * @param {{ sql: string, binds: readonly (string | null)[] }} statement
 * @param {import("./workerProtocol.ts").KeptStatement | undefined} kept
 */
function bound({ sql, binds }, kept) {
	const wire = /** @type {NonNullable<typeof pglite>["protocol"]["serialize"]} */ (pglite?.protocol.serialize);
	const values = [...binds];
	if (kept === undefined) return [wire.parse({ text: sql }).slice(), wire.bind({ values }).slice()];
	const { name, known } = kept;
	const bind = wire.bind({ statement: name, values }).slice();
	return known ? [bind] : [wire.parse({ name, text: sql }).slice(), bind];
}

/** @param {WorkerRequest} request */
async function answer(request) {
	const wire = /** @type {NonNullable<typeof pglite>["protocol"]["serialize"]} */ (pglite?.protocol.serialize);
	switch (request.kind) {
		case "open": {
			const { engine, PGlite } = await load(request.engine);
			db = await PGlite.create({
				dataDir: request.dataDir,
				startParams: [...PGlite.defaultStartParams, ...SETTINGS],
				pgliteWasmModule: engine,
				onStderr: remember,
				onStdout: remember,
			});
			const reply = await send([pglite?.protocol.serialize.query("show server_version") ?? new Uint8Array()], true);
			return { version: reply.rows[0]?.[0] ?? "", engine };
		}
		case "create": {
			const { PGlite } = await load(undefined);
			const made = await PGlite.create({ dataDir: request.dataDir, onStderr: remember, onStdout: remember });
			await made.exec("checkpoint");
			await made.close();
			return null;
		}
		case "execute":
			return send([wire.query(request.sql)], false);
		case "query": {
			const ahead = request.ahead ?? [];
			// Templates ask several statements at once, as psycopg2 lets them; only the simple protocol takes those.
			const kept = "kept" in request ? request.kept : [];
			if (request.binds.length === 0 && ahead.length === 0 && kept.length === 0)
				return send([wire.query(request.sql)], true);
			return send(
				[
					...ahead.flatMap((statement, place) => [...bound(statement, kept[place]), wire.execute().slice()]),
					...bound(request, kept[ahead.length]),
					wire.describe({ type: "P" }).slice(),
					wire.execute().slice(),
					wire.sync().slice(),
				],
				true,
				ahead.length === 0,
			);
		}
		case "openPortal":
			return send(
				[
					wire.parse({ text: request.sql }),
					wire.bind({ portal: request.portal }),
					wire.describe({ type: "P", name: request.portal }),
					wire.execute({ portal: request.portal, rows: request.rows }),
					wire.sync(),
				].map((part) => part.slice()),
				true,
			);
		case "nextRows":
			return send([wire.execute({ portal: request.portal, rows: request.rows }), wire.sync()], true);
		case "copy":
			return send([wire.query(request.sql).slice(), ...copyData(request.data), wire.copyDone()], false);
		case "close":
			await db?.close();
			db = undefined;
			return null;
	}
}

/** Emscripten's file errors carry WASI's numbers and no words. @type {Record<number, string>} */
const FILE_ERRORS = { 2: "EACCES", 19: "EDQUOT", 51: "ENOSPC", 63: "EPERM", 69: "EROFS" };

/** @param {any} error */
function describe(error) {
	const code = error?.name === "ErrnoError" ? (FILE_ERRORS[error.errno] ?? `file error ${error.errno}`) : error?.code;
	return { problem: String(error?.message ?? code ?? error), code };
}

port.on("message", async (/** @type {{ id: number, request: WorkerRequest }} */ { id, request }) => {
	log = [];
	try {
		port.postMessage({ id, ok: true, value: await answer(request) });
	} catch (error) {
		port.postMessage({ id, ok: false, ...describe(error), text: log.join("\n") });
	}
});
