/** libpq's parameters by their own names: host, port, user, password, dbname, sslmode … */
export type LibpqParameters = Readonly<Record<string, string>>;

/** Where a connection string cannot be read; never with its text, which may hold a password. */
export class ConnectionStringProblem extends Error {}

const problem = (what: string): never => {
	throw new ConnectionStringProblem(what);
};

/** Both forms that libpq takes: `postgresql://user@host:port/db?key=value` and `host=… dbname=…`. */
export function parseConnectionString(text: string): LibpqParameters {
	const uri = /^(?:postgres|postgresql):\/\/(.*)$/s.exec(text.trim());
	return uri === null ? parseKeywords(text) : parseUri(uri[1] ?? "");
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return problem("it has a % that two hexadecimal digits do not follow");
	}
}

/** `[user[:password]@][host[:port][,…]][/dbname][?key=value&…]` */
function parseUri(rest: string): LibpqParameters {
	const found: Record<string, string> = {};
	const question = rest.indexOf("?");
	const [before, query] = question < 0 ? [rest, ""] : [rest.slice(0, question), rest.slice(question + 1)];
	const slash = before.indexOf("/");
	const [authority, database] = slash < 0 ? [before, ""] : [before.slice(0, slash), before.slice(slash + 1)];
	const at = authority.lastIndexOf("@");
	if (at >= 0) {
		const login = authority.slice(0, at);
		const colon = login.indexOf(":");
		const user = decode(colon < 0 ? login : login.slice(0, colon));
		if (user !== "") found.user = user;
		if (colon >= 0) found.password = decode(login.slice(colon + 1));
	}
	const places = authority
		.slice(at + 1)
		.split(",")
		.map(parsePlace);
	if (places.some((p) => p.host !== "")) found.host = places.map((p) => p.host).join(",");
	if (places.some((p) => p.port !== "")) found.port = places.map((p) => p.port).join(",");
	if (database !== "") found.dbname = decode(database);
	for (const pair of query.split("&").filter((p) => p !== "")) {
		const equals = pair.indexOf("=");
		if (equals <= 0) problem("a parameter behind ? is not of the form key=value");
		const [key, value] = [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
		// JDBC's spelling, which libpq takes as well.
		if (key === "ssl") {
			if (value === "true") found.sslmode = "require";
		} else found[key] = value;
	}
	return found;
}

function parsePlace(text: string): { readonly host: string; readonly port: string } {
	const match = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(text);
	if (match === null) return problem("a host and its port are not of the form host:port");
	return { host: decode((match[1] ?? "").replace(/^\[(.*)\]$/, "$1")), port: match[2] ?? "" };
}

/** `key = value key = 'value with blanks'`; a backslash takes the next character as it is. */
function parseKeywords(text: string): LibpqParameters {
	const found: Record<string, string> = {};
	const pair = /\s*([A-Za-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/gsy;
	let end = 0;
	for (const match of text.matchAll(pair)) {
		const value = match[2] ?? match[3] ?? "";
		found[match[1] ?? ""] = value.replace(/\\(.)/gs, "$1");
		end = match.index + match[0].length;
	}
	if (text.slice(end).trim() !== "")
		problem("it is neither postgresql://user@host/database nor a list of key=value pairs");
	return found;
}
