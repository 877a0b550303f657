import type { StatementOptions } from "../../core/adapter.ts";
import { shiftCopyLine } from "../postgresFamily/copyText.ts";
import type { CopyChunk, Wire, WireReply } from "../postgresFamily/wire.ts";
import type { Engine } from "./engine.ts";

/** The engine's thread as the session's wire. */
export function wireOf(engine: Engine): Wire {
	/** The thread takes a COPY with its data in one message, so that a load is several COPYs of one transaction. */
	async function copy(sql: string, chunks: AsyncIterable<CopyChunk>, limits?: StatementOptions): Promise<WireReply> {
		let before = 0;
		let sending: Promise<WireReply> | undefined;
		const send = ({ data, rows }: CopyChunk): Promise<WireReply> => {
			const shift = before;
			before += rows;
			const sent = engine.send({ kind: "copy", sql, data }, limits).then((reply) => inRow(reply, shift));
			// The next chunk or the end reports it; until then it must not count as unhandled.
			sent.catch(() => undefined);
			return sent;
		};
		const given = await untilRefused(chunks, async (chunk) => {
			const reply = await sending;
			if (reply === undefined || reply.error === null) sending = send(chunk);
			return reply?.error ?? null;
		});
		if (sending !== undefined) return sending;
		return given ? send({ data: new Uint8Array(), rows: 0 }) : engine.send({ kind: "execute", sql: "" }, limits);
	}

	return {
		get generation() {
			return engine.generation;
		},
		get standing() {
			return engine.running;
		},
		ready: () => engine.start(),
		send: (request, limits) => engine.send(request, limits),
		copy,
	};
}

/** False where the chunks could not be had. */
async function untilRefused(
	chunks: AsyncIterable<CopyChunk>,
	take: (chunk: CopyChunk) => Promise<unknown>,
): Promise<boolean> {
	const source = chunks[Symbol.asyncIterator]();
	for (;;) {
		const next = await source.next().catch(() => null);
		if (next === null) return false;
		if (next.done === true) return true;
		let more = false;
		try {
			more = (await take(next.value)) === null;
		} finally {
			if (!more) await source.return?.();
		}
		if (!more) return true;
	}
}

/** The server counts the lines of one message; the reader wants the row of the whole load. */
function inRow(reply: WireReply, before: number): WireReply {
	if (reply.error === null) return reply;
	return { ...reply, error: { ...reply.error, where: shiftCopyLine(reply.error.where, before) } };
}
