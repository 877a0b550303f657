import { fail } from "../core/diagnostic.ts";

type Environment = { readonly [name: string]: string | undefined };

interface ProviderInfo {
	readonly org: string;
	readonly url: string;
	readonly token: string;
	readonly provider: string;
}

const SSH: { readonly [provider: string]: (path: string) => string } = {
	github: (path) => `git@github.com:${path}.git`,
	gitlab: (path) => `git@gitlab.com:${path}.git`,
	ado: (path) => `git@ssh.dev.azure.com:v3/${path}`,
	azure_devops: (path) => `git@ssh.dev.azure.com:v3/${path}`,
};
const AZURE: ReadonlySet<string> = new Set(["ado", "azure_devops", "azure_active_directory"]);

export interface PrivateAddress {
	readonly url: string;
	/** The token in it, if any: shown nowhere. */
	readonly secret: string | null;
}

/**
 * Where a `private:` package is fetched from, by dbt's rule: the first address of DBT_ENV_PRIVATE_GIT_PROVIDER_INFO (a
 * JSON list of `{org, url, token, provider}`) that fits, or SSH when there is no such list. Throws TFM-DEPS-016.
 */
export function privateAddress(path: string, provider: string | null, env: Environment): PrivateAddress {
	const refuse = (problem: string): never => fail("TFM-DEPS-016", { private: path, problem });
	const listed = readProviders(env.DBT_ENV_PRIVATE_GIT_PROVIDER_INFO, refuse);
	if (listed.length === 0) {
		const make = SSH[provider ?? "github"];
		if (make === undefined) return refuse(`"${provider}" is none of github, gitlab, ado, azure_devops`);
		if (AZURE.has(provider ?? "") && path.split("/").length < 3)
			return refuse(`${provider} wants org/project/repository`);
		return { url: make(path), secret: null };
	}
	const [org = "", ...rest] = path.split("/");
	const repo = rest.pop() ?? "";
	const group = rest.join("/");
	for (const info of listed) {
		const same = info.provider === provider || (AZURE.has(info.provider) && AZURE.has(provider ?? ""));
		if (info.org !== org || (provider !== null && !same)) continue;
		const fill = (text: string): string =>
			text.replace(/\{(token|repo|group|project)\}/g, (_, key: string) =>
				key === "token" ? info.token : key === "repo" ? repo : group,
			);
		const url = fill(info.url);
		const inUrl = new URL(url).pathname.replace(/^\/|\.git$/g, "").replace("/_git/", "/");
		const legacy = AZURE.has(info.provider) && info.provider !== "ado" && group === "";
		const [first, last] = [inUrl.split("/")[0], inUrl.split("/").at(-1)];
		if (inUrl === path || (legacy && first === org && last === repo)) return { url, secret: info.token };
	}
	return refuse(`no entry of DBT_ENV_PRIVATE_GIT_PROVIDER_INFO fits it`);
}

function readProviders(text: string | undefined, refuse: (problem: string) => never): readonly ProviderInfo[] {
	if (text === undefined || text === "") return [];
	try {
		const value = JSON.parse(text) as unknown;
		if (Array.isArray(value)) return value as ProviderInfo[];
	} catch {
		// Said below: the text holds tokens, so the parser's own words, which quote it, are not passed on.
	}
	return refuse("DBT_ENV_PRIVATE_GIT_PROVIDER_INFO is no JSON list");
}
