/**
 * `discard all` step by step, for one text: that one refuses to stand among other statements, would let go of an advisory
 * lock that marks a connection for the time of a round trip, and of what tfm keeps prepared. Plans are not dropped: the
 * server makes them anew where they no longer hold. `user`: whom the session is returned to, quoted or `default`.
 */
export const resetSteps = (user: string): readonly string[] => [
	"close all",
	`set session authorization ${user}`,
	"reset role",
	"reset all",
	"unlisten *",
	"select pg_catalog.pg_advisory_unlock_all()",
	"discard temp",
	"discard sequences",
];
