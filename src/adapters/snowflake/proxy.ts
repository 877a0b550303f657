import { fail } from "../../core/diagnostic.ts";

/** The way out, in the driver's words; everything of a login goes there: Snowflake, login providers, stages. */
export interface ProxyRoute {
	readonly proxyHost: string;
	readonly proxyPort: number;
	readonly proxyProtocol: "http" | "https";
	readonly proxyUser?: string;
	readonly proxyPassword?: string;
	/** Hosts that are reached without it, divided by `|`, with `*`. */
	readonly noProxy?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The profile's proxy (`proxy_host` and `proxy_port` are dbt's; tfm's are `proxy_user`, `proxy_password`, `no_proxy`), or
 * else that of HTTPS_PROXY and NO_PROXY, which dbt's connector reads too. The driver would read the environment by
 * itself, but not for all requests, and keeps a login with `%40` in it as it stands. Throws TFM-DB-025.
 */
export function proxyOf(fields: Readonly<Record<string, unknown>>, env: Environment): ProxyRoute | undefined {
	const wrong = (field: string, problem: string): never => fail("TFM-DB-025", { field, problem });
	const text = (name: string): string | undefined => {
		const value = fields[name];
		return value === undefined || value === null || value === "" ? undefined : String(value);
	};
	const around = text("no_proxy") ?? (env.no_proxy || env.NO_PROXY);
	const noProxy = around === undefined || around.trim() === "" ? {} : { noProxy: exceptions(around) };
	const host = text("proxy_host");
	if (host === undefined) {
		const given = env.https_proxy || env.HTTPS_PROXY;
		return given === undefined || given === "" ? undefined : { ...fromAddress(given), ...noProxy };
	}
	const port = Number(fields.proxy_port ?? wrong("proxy_port", "it is missing, and `proxy_host` is given"));
	const user = text("proxy_user");
	const password = text("proxy_password");
	if (user !== undefined && password === undefined) wrong("proxy_password", "it is missing, and `proxy_user` is given");
	const bare = /^(?:(https?):\/\/)?([^/:]+)\/?$/.exec(host);
	if (bare === null) return wrong("proxy_host", "it is the name of a host, without port and path");
	return {
		proxyHost: bare[2]!,
		proxyPort: port,
		proxyProtocol: bare[1] === "https" ? "https" : "http",
		...(user === undefined ? {} : { proxyUser: user, proxyPassword: password! }),
		...noProxy,
	};
}

/** `http://user:password@host:port`; what is wrong is told without its text, which may hold a password. */
function fromAddress(given: string): ProxyRoute {
	const wrong = (): never =>
		fail("TFM-DB-025", { field: "HTTPS_PROXY", problem: "the variable is no address like http://host:port" });
	let url: URL;
	try {
		url = new URL(given.includes("://") ? given : `http://${given}`);
	} catch {
		return wrong();
	}
	if (!/^https?:$/.test(url.protocol)) return wrong();
	const secure = url.protocol === "https:";
	return {
		proxyHost: url.hostname,
		proxyPort: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
		proxyProtocol: secure ? "https" : "http",
		...(url.username === ""
			? {}
			: { proxyUser: decodeURIComponent(url.username), proxyPassword: decodeURIComponent(url.password) }),
	};
}

/** `example.com` is meant with all below it, as everywhere but in the driver. */
const exceptions = (list: string): string =>
	list
		.split(/[,|\s]+/)
		.filter((host) => host !== "")
		.flatMap((host) =>
			host.startsWith(".") ? [host.slice(1), `*${host}`] : host.startsWith("*") ? [host] : [host, `*.${host}`],
		)
		.join("|");

/** This host is reached without the proxy, as the driver reads `noProxy`. */
export const isAround = ({ noProxy }: ProxyRoute, host: string): boolean =>
	(noProxy ?? "")
		.split("|")
		.some(
			(name) =>
				name !== "" && new RegExp(`^${name.replace(/[.+?^${}()[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(host),
		);
