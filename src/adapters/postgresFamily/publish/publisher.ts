/**
 * Publishing on Postgres and its embedded sister: relations are built in a candidate schema under their own names,
 * dressed with what their targets have, audited there by the caller, and take their targets' place together in one
 * transaction. Each goes one of four ways, chosen from the catalog (chooseWays.ts): `new`, `swap`, `replace`, `keep`;
 * `apply` belongs to incremental models and is not planned yet. The reasons and measurements are in docs/adr.
 *
 * The story of a publish: readCatalog → findMembers → chooseWays → arrangeSteps → runPublish. Everything between the
 * first and the last is pure. What runs no code of the project goes as one message (inOneMessage.ts).
 */
import type { Dialect, Publisher } from "../../../core/adapter.ts";
import { generationOf } from "./candidateNames.ts";
import { carrying, dress } from "./dress.ts";
import { dropGenerations } from "./dropGenerations.ts";
import { dropStale } from "./dropStale.ts";
import { type LockProtocol, plainLocks } from "./lockProtocol.ts";
import { type Placement, placedApart, placedBeside } from "./placement.ts";
import { runPublish } from "./runPublish.ts";
import { closedSchemas, ensureSchemas } from "./shadowSchemas.ts";

/** `locks`: how to share the database with other sessions; the default queues for its locks like any DDL. */
export function createPostgresPublisher(
	dialect: Dialect,
	locks: LockProtocol = plainLocks,
	placement: Placement = placedApart(dialect),
): Publisher {
	return Object.freeze({
		candidateOf: placement.candidateOf,
		closedSchemas: (session, project, targets) => closedSchemas(dialect, session, { project, targets }),
		beside: (owner) => createPostgresPublisher(dialect, locks, placedBeside(dialect, owner)),
		ensureSchemas: (session, project, targets) => ensureSchemas(dialect, session, { project, targets, placement }),
		dropStale: (session, project, targets, keep) =>
			dropStale(dialect, session, { project, targets, keep, locks, placement }),
		generationOf: (project, target, publishedBy) =>
			generationOf(project, target, publishedBy, dialect.maxIdentifierBytes),
		dropGenerations: (session, relations) => dropGenerations(dialect, session, relations),
		dress: (session, candidate) => dress(dialect, session, candidate, placement),
		carrying,
		publish: (session, request) => runPublish({ dialect, session, request, locks, placement }),
	} satisfies Publisher);
}
