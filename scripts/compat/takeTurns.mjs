import pg from "pg";

const NAME = "compat";

async function asSuperuser(server, sql) {
	const client = new pg.Client({ connectionString: server.url });
	await client.connect();
	try {
		for (const one of sql) await client.query(one);
	} finally {
		await client.end();
	}
}

/**
 * Both tools see a database of the same name, so that names in compiled SQL and artifacts can be compared as they are:
 * after its turn a tool's database is renamed aside.
 */
export async function openDatabases(server, project) {
	const kept = (tool) => `${project.name.replace(/\W+/g, "_")}_${tool}`;
	return {
		connection: { host: server.host, port: server.port, user: server.user, password: server.password, dbname: NAME },
		begin: (tool) =>
			asSuperuser(server, [
				`drop database if exists "${kept(tool)}" with (force)`,
				`drop database if exists ${NAME} with (force)`,
				`create database ${NAME}`,
			]),
		end: (tool) => asSuperuser(server, [`alter database ${NAME} rename to "${kept(tool)}"`]),
		url(tool) {
			const url = new URL(server.url);
			url.pathname = `/${kept(tool)}`;
			return url.href;
		},
	};
}

/** The server of a URL in the shape of startPostgresServer's; nothing of it is stopped. */
export function givenServer(url) {
	const { hostname, port, username, password } = new URL(url);
	const said = { host: hostname, port: Number(port || 5432), user: username, password: decodeURIComponent(password) };
	return { url, ...said, dispose: async () => {} };
}
