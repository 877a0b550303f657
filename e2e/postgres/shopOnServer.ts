import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Called, tfm } from "../runCase.ts";

export interface ShopOnServer {
	readonly root: string;
	/** One command; what changes from run to run (port, password, folders, times) is written as <…>. */
	run(
		command: string,
		options?: { readonly output?: object; readonly env?: Readonly<Record<string, string>> },
	): Promise<string>;
	/** The same without masks. */
	call(command: string, output?: object): Promise<Called>;
	write(path: string, text: string): void;
	remove(): void;
}

export interface Place {
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	readonly database: string;
}

/** A project of two models whose profile leads to `place`; `output` of a command changes fields of the profile. */
export function shopOnServer(place: Place): ShopOnServer {
	const root = realpathSync(mkdtempSync(join(tmpdir(), "tfm-server-")));
	const write = (path: string, text: string): void => {
		mkdirSync(join(root, path, ".."), { recursive: true });
		writeFileSync(join(root, path), text);
	};
	write("tfm_project.yml", "name: shop\nlayers: [staging, reporting]\nprofile: shop\n");
	write("models/staging/orders.sql", "{{ config(materialized='table') }}\nselect 7 as id, 3 as amount\n");
	write(
		"models/reporting/totals.sql",
		"{{ config(materialized='table') }}\nselect sum(amount) as total from {{ ref('orders') }}\n",
	);

	async function call(
		command: string,
		output: object = {},
		env: Readonly<Record<string, string>> = {},
	): Promise<Called> {
		const { host, port, user, password, database } = place;
		const fields = { type: "postgres", host, port, user, password, database, schema: "dev", threads: 2, retries: 0 };
		const dev = Object.fromEntries(Object.entries({ ...fields, ...output }).filter(([, value]) => value !== null));
		write("profiles.yml", JSON.stringify({ shop: { target: "dev", outputs: { dev } } }));
		return tfm(command.split(" "), root, env);
	}

	return {
		root,
		write,
		call,
		async run(command, { output, env } = {}) {
			const { code, stdout, stderr } = await call(command, output, env);
			const text = `${stdout}${stderr === "" ? "" : `[stderr]\n${stderr}`}[exit ${code}]\n`;
			return (
				text
					.replaceAll(root, "<project>")
					.replaceAll(place.password, "<THE PASSWORD>")
					.replaceAll(`:${place.port}`, ":<port>")
					.replaceAll(place.database, "<database>")
					.replace(/run 0000…\d+/g, "run <id>")
					// 17 and later quote the names of settings.
					.replaceAll('"temp_file_limit"', "temp_file_limit")
					.replace(/PostgreSQL \d+(\.\d+)?/g, "PostgreSQL <version>")
					.replace(/TLSv1\.\d \([A-Z0-9_-]+\)/g, "<TLS version and cipher>")
					.replace(/\d+\.\ds\b/g, "<t>s")
					.replace(/waited \d+ ms, locked \d+ ms/g, "waited <n> ms, locked <n> ms")
			);
		},
		remove: () => rmSync(root, { recursive: true, force: true }),
	};
}
