import type { StatementComment } from "../../core/adapter.ts";
import type { WireReply, WireRequest } from "./wire.ts";

type WireError = WireReply["error"];

export interface Commented<R extends WireRequest> {
	readonly request: R;
	/** A refusal as if the text had been sent without the comment: positions count from its beginning. */
	inText(error: WireError): WireError;
}

/** The request with its comment where dbt puts it: on a line before the text, or behind it and before its last `;`. */
export function commented<R extends WireRequest>(request: R, comment: StatementComment | undefined): Commented<R> {
	if (comment === undefined || !("sql" in request)) return { request, inText: (error) => error };
	const remark = `/* ${comment.text} */`;
	if (comment.append) {
		const text = request.sql.trimEnd();
		const sql = text.endsWith(";") ? `${text.slice(0, -1)}\n${remark};` : `${text}\n${remark}`;
		return { request: { ...request, sql }, inText: (error) => error };
	}
	const before = `${remark}\n`;
	const length = [...before].length;
	return {
		request: { ...request, sql: before + request.sql },
		inText: (error) =>
			error?.position === undefined ? error : { ...error, position: String(Number(error.position) - length) },
	};
}
