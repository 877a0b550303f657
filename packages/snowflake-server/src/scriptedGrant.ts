/** A privilege as a script gives it to a role: what `show grants to role` answers, and nothing that anybody checks. */
export interface ScriptedGrant {
	readonly privilege: string;
	/** `SCHEMA`, `WAREHOUSE`, `ROLE` … */
	readonly on: string;
	/** As Snowflake prints it. */
	readonly name: string;
}
