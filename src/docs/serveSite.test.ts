import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TfmError } from "../core/diagnostic.ts";
import { type SiteServer, serveSite } from "./serveSite.ts";

const work = mkdtempSync(join(tmpdir(), "serve-"));
const folder = join(work, "site");
let server: SiteServer;
beforeAll(async () => {
	mkdirSync(join(folder, "data"), { recursive: true });
	writeFileSync(join(folder, "index.html"), "<p>shop</p>");
	writeFileSync(join(folder, "data/graph.0123456789.json"), "{}");
	writeFileSync(join(work, "secret.txt"), "secret");
	writeFileSync(join(folder, ".hidden"), "hidden");
	symlinkSync(join(work, "secret.txt"), join(folder, "link.txt"));
	server = await serveSite({ folder, host: "127.0.0.1", port: 0, portMayDiffer: false });
});
afterAll(async () => {
	await server.close();
	rmSync(work, { recursive: true });
});

/** Paths go out as they are written: fetch would tidy them. */
function get(
	path: string,
	headers: Record<string, string> = {},
	method = "GET",
): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
	const { hostname, port } = new URL(server.url);
	return new Promise((done, failed) => {
		const call = request({ hostname, port, path, method, headers }, (response) => {
			let body = "";
			response.on("data", (chunk) => (body += chunk));
			response.on("end", () => done({ status: response.statusCode!, body, headers: response.headers }));
		});
		call.on("error", failed);
		call.end();
	});
}

describe("the server of the site", () => {
	it("serves files, hashed ones to be kept for good", async () => {
		expect(await get("/")).toMatchObject({
			status: 200,
			body: "<p>shop</p>",
			headers: { "cache-control": "no-cache" },
		});
		const data = await get("/data/graph.0123456789.json?x=1");
		expect(data).toMatchObject({ status: 200, headers: { "content-type": "application/json; charset=utf-8" } });
		expect(data.headers["cache-control"]).toContain("immutable");
	});

	it.each([
		"/../secret.txt",
		"/%2e%2e/secret.txt",
		"/data/..%2f..%2fsecret.txt",
		"/..%5csecret.txt",
		"/%00",
		"/link.txt",
		"/.hidden",
		"/data",
		"/%zz",
	])("gives nothing for %s", async (path) => {
		const { status, body } = await get(path);
		expect([400, 404]).toContain(status);
		expect(body).not.toContain("secret");
	});

	it.each(["evil.example", "evil.example:8080", "127.0.0.1.evil.example"])(
		"refuses a request for the host %j: a page of the web may not read it",
		async (host) => expect((await get("/", { host })).status).toBe(421),
	);

	it("answers to localhost by any of its names, and to reading only", async () => {
		expect((await get("/", { host: "LOCALHOST:1234" })).status).toBe(200);
		expect((await get("/", { host: "[::1]:8080" })).status).toBe(200);
		expect((await get("/", {}, "POST")).status).toBe(405);
		expect((await get("/", {}, "HEAD")).body).toBe("");
	});

	it("answers to the machine's own name when it is heard from outside, and to no other", async () => {
		const open = await serveSite({ folder, host: "0.0.0.0", port: 0, portMayDiffer: false });
		const { port } = new URL(open.url);
		const asked = (host: string): Promise<number> =>
			new Promise((done, failed) =>
				request({ hostname: "127.0.0.1", port, headers: { host } }, (response) => {
					response.resume();
					done(response.statusCode!);
				})
					.on("error", failed)
					.end(),
			);
		expect(await asked(`${hostname()}:${port}`)).toBe(200);
		expect(await asked("evil.example")).toBe(421);
		await open.close();
	});

	it("advises an address of this machine where --host names another (TFM-DOCS-004)", async () => {
		const refused = await serveSite({ folder, host: "192.0.2.1", port: 0, portMayDiffer: false }).catch(
			(error: unknown) => error,
		);
		expect((refused as TfmError).diagnostics[0]!.next).toContain("--host 127.0.0.1");
	});

	it("tells open pages when the site was made anew", async () => {
		const response = await fetch(`${server.url}_live`);
		const reader = response.body!.getReader();
		await reader.read();
		server.reload();
		expect(new TextDecoder().decode((await reader.read()).value)).toContain("event: reload");
		await reader.cancel();
	});

	it("tells them too when another program has written index.html", async () => {
		const response = await fetch(`${server.url}_live`);
		const reader = response.body!.getReader();
		await reader.read();
		writeFileSync(join(folder, "index.html"), "<p>shop, made anew</p>");
		expect(new TextDecoder().decode((await reader.read()).value)).toContain("event: reload");
		expect((await get("/")).body).toBe("<p>shop, made anew</p>");
		await reader.cancel();
	});

	it("takes the next free port, or says that the one asked for is in use (TFM-DOCS-004)", async () => {
		const blocker = createServer().listen(0, "127.0.0.1");
		await new Promise((listening) => blocker.once("listening", listening));
		const { port } = blocker.address() as { port: number };
		const next = await serveSite({ folder, host: "127.0.0.1", port, portMayDiffer: true });
		expect(Number(new URL(next.url).port)).toBeGreaterThan(port);
		await next.close();
		const refused = await serveSite({ folder, host: "127.0.0.1", port, portMayDiffer: false }).catch(
			(error: unknown) => error,
		);
		expect((refused as TfmError).diagnostics[0]).toMatchObject({
			code: "TFM-DOCS-004",
			message: `cannot listen on 127.0.0.1:${port}: the port is in use`,
		});
		blocker.close();
	});
});
