import { type Recorder, startRecorder } from "../../../../packages/snowflake-server/src/recording/record.ts";
import { createSnowflakeAdapter } from "../adapter.ts";
import type { ProfileFields } from "../connectionOptions.ts";

/** Who a recording is played to: names in the place of the account's. */
export const RECORDED_LOGIN = {
	account: "account",
	user: "tfm_user",
	password: "recorded",
	database: "tfm_database",
	warehouse: "tfm_warehouse",
};

/** Fields of a profile that are secrets, or name somebody or something of the account. */
const NAMING: Readonly<Record<string, string>> = {
	...{ account: "account", user: "tfm_user", database: "tfm_database", warehouse: "tfm_warehouse", role: "tfm_role" },
	...{ host: "host", password: "secret", token: "secret", private_key: "secret", private_key_passphrase: "secret" },
	...{ oauth_client_id: "secret", oauth_client_secret: "secret", passcode: "secret" },
};

const WHO = `select current_account(), current_account_name(), current_organization_name(), current_user(), current_role(), current_region()`;
const NAMED = ["locator", "account", "organization", "tfm_user", "tfm_role", "region"];

/**
 * A recorder in front of an account, or of the local protocol server. It knows what must not be kept: the fields of the
 * profile, and what the account calls itself, which is asked of it first and past the recorder.
 */
export async function recordAccount(fields: ProfileFields, of: string): Promise<Recorder> {
	const names: Record<string, string> = {};
	const name = (written: unknown, instead: string): void => {
		if (typeof written === "string" && written !== "") names[written] = instead;
	};
	const adapter = createSnowflakeAdapter({
		...{ fields, cwd: process.cwd(), env: process.env, threads: 1 },
		host: { name: "tests", pid: process.pid },
	});
	await adapter.open();
	try {
		await adapter.withSession(async (session) => {
			const answers = await session.query(WHO).catch(() => null);
			for (const [i, cell] of (answers?.rows[0] ?? []).entries()) name(cell, NAMED[i]!);
		});
	} finally {
		await adapter.close();
	}
	for (const [field, instead] of Object.entries(NAMING)) name(fields[field], instead);
	const account = String(fields.account).replaceAll("_", "-");
	const door = fields.access_url ?? (fields.host === undefined ? undefined : `https://${String(fields.host)}`);
	return startRecorder({ upstream: String(door ?? `https://${account}.snowflakecomputing.com`), of, names });
}
