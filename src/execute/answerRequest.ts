import type { Session } from "../core/adapter.ts";
import type { DbAnswer, DbRequest } from "../core/request.ts";
import { answerQuestion, refusalAsAnswer } from "./answerQuestion.ts";
import type { Run } from "./run.ts";
import { databaseErrorOf, type StatementPurpose, statement } from "./statement.ts";

/** Does what is asked within a run, rejecting where the database refuses. */
export function performRequest(
	run: Run,
	session: Session,
	request: DbRequest,
	node: StatementPurpose["node"],
	commit?: () => Promise<void>,
): Promise<DbAnswer> {
	const { dialect } = run.ports.adapter;
	return answerQuestion(
		{
			session,
			dialect,
			send: (purpose, sql, work) => statement(run, { node, purpose, sql }, work),
			...(commit === undefined ? {} : { commit }),
		},
		request,
	);
}

/** Answers what a template or a plan asks of the database within a run; messages carry published names. */
export async function answerRequest(
	run: Run,
	session: Session,
	request: DbRequest,
	node: StatementPurpose["node"],
	commit?: () => Promise<void>,
): Promise<DbAnswer> {
	try {
		return await performRequest(run, session, request, node, commit);
	} catch (error) {
		const answer = refusalAsAnswer(error, databaseErrorOf(error));
		return answer.kind === "error" ? { ...answer, message: run.toPublished(answer.message) } : answer;
	}
}
