/**
 * Publishing on Postgres and its embedded sister: relations are built in a candidate schema under their own names,
 * dressed with what their targets have, audited there by the caller, and take their targets' place together in one
 * transaction. Each goes one of four ways, chosen from the catalog (chooseWays.ts): `new`, `swap`, `replace`, `keep`;
 * `apply` belongs to incremental models and is not planned yet. The reasons and measurements are in docs/adr.
 *
 * The story of a publish: readCatalog → findMembers → chooseWays → arrangeSteps → runPublish. Everything between the
 * first and the last is pure.
 */
import type { Dialect, Publisher } from "../../../core/adapter.ts";
import { candidateOf, generationOf } from "./candidateNames.ts";
import { dress } from "./dress.ts";
import { dropGenerations } from "./dropGenerations.ts";
import { dropStale } from "./dropStale.ts";
import { type LockProtocol, plainLocks } from "./lockProtocol.ts";
import { runPublish } from "./runPublish.ts";
import { ensureSchemas } from "./shadowSchemas.ts";

/** `locks`: how to share the database with other sessions; the default queues for its locks like any DDL. */
export function createPostgresPublisher(dialect: Dialect, locks: LockProtocol = plainLocks): Publisher {
	return Object.freeze({
		candidateOf: (project, target) => candidateOf(project, target, dialect.maxIdentifierBytes),
		ensureSchemas: (session, project, targets) => ensureSchemas(dialect, session, project, targets),
		dropStale: (session, project, targets, keep) => dropStale(dialect, session, { project, targets, keep, locks }),
		generationOf: (project, target, publishedBy) =>
			generationOf(project, target, publishedBy, dialect.maxIdentifierBytes),
		dropGenerations: (session, relations) => dropGenerations(dialect, session, relations),
		dress: (session, candidate) => dress(dialect, session, candidate),
		publish: (session, request) => runPublish({ dialect, session, request, locks }),
	} satisfies Publisher);
}
