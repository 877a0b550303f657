import fc from "fast-check";
import { expect, it } from "vitest";
import { ConnectionStringProblem, parseConnectionString } from "./connectionString.ts";

it.each<[string, Record<string, string>]>([
	["postgresql://", {}],
	["postgres://ada@db.example.com", { user: "ada", host: "db.example.com" }],
	[
		"postgresql://ada:s%40cret%2F@db:5433/shop?sslmode=require&application_name=a%20b",
		{
			user: "ada",
			password: "s@cret/",
			host: "db",
			port: "5433",
			dbname: "shop",
			sslmode: "require",
			application_name: "a b",
		},
	],
	["postgresql://a,b:5433/x", { host: "a,b", port: ",5433", dbname: "x" }],
	["postgresql://[::1]:5433/x", { host: "::1", port: "5433", dbname: "x" }],
	["postgresql:///x?host=/run/postgresql", { dbname: "x", host: "/run/postgresql" }],
	["postgresql://%2Frun%2Fpostgresql/x", { host: "/run/postgresql", dbname: "x" }],
	["postgresql://db/x?ssl=true", { host: "db", dbname: "x", sslmode: "require" }],
	[
		"host=db port = 5433 dbname='my shop' password='it\\'s \\\\'",
		{ host: "db", port: "5433", dbname: "my shop", password: "it's \\" },
	],
	["user=ada password=''", { user: "ada", password: "" }],
	["", {}],
])("%j is read as libpq reads it", (text, parameters) => {
	expect(parseConnectionString(text)).toEqual(parameters);
});

it.each([
	"postgresql://a:b:c@d:e:f/x",
	"postgresql://db/x?sslmode",
	"postgresql://db/%zz",
	"db.example.com",
	"host=db oops",
])("%j is refused, without repeating it", (text) => {
	expect(() => parseConnectionString(text)).toThrow(ConnectionStringProblem);
	expect(() => parseConnectionString(text)).not.toThrow(text);
});

it("any user, password and database survive both forms", () => {
	const word = fc.string({ minLength: 1, unit: "grapheme" }).filter((t) => !t.includes("\0"));
	fc.assert(
		fc.property(word, word, word, (user, password, dbname) => {
			const [u, p, d] = [user, password, dbname].map(encodeURIComponent);
			expect(parseConnectionString(`postgresql://${u}:${p}@db/${d}`)).toEqual({ user, password, dbname, host: "db" });
			const [ku, kp, kd] = [user, password, dbname].map((v) => `'${v.replace(/[\\']/g, "\\$&")}'`);
			expect(parseConnectionString(`user=${ku} password=${kp} dbname=${kd}`)).toEqual({ user, password, dbname });
		}),
	);
});
