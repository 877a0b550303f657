/** An account's name or locator, with its region or without; never an address. */
const ACCOUNT = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

/**
 * An account's forms, as messages say them. Some regions are named with their cloud: which, is a list of Snowflake's
 * ("Account identifiers" of its documentation).
 */
const ACCOUNT_FORMS =
	"`organization-account`, or a locator with its region, which has the cloud behind it in some: `xy12345.eu-central-1`, `xy12345.us-east-2.aws`";

/** Why this is no account; undefined where it is one. */
export function accountProblem(written: string): string | undefined {
	const found = accountIn(written);
	if (found !== undefined) return `it is an address: write what names the account in it, \`account: ${found}\``;
	return ACCOUNT.test(written) ? undefined : `an account is ${ACCOUNT_FORMS}`;
}

/** `myorg-acct` of `https://myorg-acct.snowflakecomputing.com/…`, of the same without protocol, and of Snowsight's pages. */
function accountIn(written: string): string | undefined {
	const bare = written.trim().replace(/^\w+:\/\//, "");
	const [, host] = /^([\w.-]+?)\.snowflakecomputing\.(?:com|cn)(?=[:/?#]|$)/i.exec(bare) ?? [];
	if (host !== undefined) return host;
	const [, owner, name] = /^app\.snowflake\.com\/([\w.-]+)\/(\w+)/i.exec(bare) ?? [];
	if (owner === undefined) return undefined;
	// There a locator stands behind its region, a name behind its organization, which has no hyphen.
	return owner.includes("-") ? `${name}.${owner}` : `${owner}-${name}`;
}

/** What to write where nobody answers under an account. Snowflake's own pages also show `organization.account`. */
export function otherAccount(written: string): string {
	const [, organization, name] = /^([A-Za-z]\w*)\.([A-Za-z]\w*)$/.exec(written) ?? [];
	if (organization !== undefined)
		return `correct \`account\`: an organization and its account are joined by a hyphen, \`${organization}-${name}\``;
	return `correct \`account\`: ${ACCOUNT_FORMS}`;
}

/** As the driver has it: the oldest region is not named, one of China is elsewhere, and a host has no underscores. */
export const hostOf = (account: string): string =>
	`https://${account.replaceAll("_", "-").replace(/\.us-west-2$/i, "")}.snowflakecomputing.${/\.cn-[^.]*$/i.test(account) ? "cn" : "com"}`;
