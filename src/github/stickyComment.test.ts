import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { GithubUnreachable } from "./githubClient.ts";
import { putComment } from "./stickyComment.ts";

const MARKER = "<!-- tfm-ci:shop -->";
const place = { repository: "acme/shop", pull: 482, marker: MARKER, head: "c0ffee" };

interface Answer {
	readonly status: number;
	readonly body?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

const closing: (() => void)[] = [];
afterEach(() => {
	for (const close of closing.splice(0)) close();
});

/** A GitHub of comments. `before` may answer in its place, or change what there is. */
async function github(
	start: readonly string[],
	before: (line: string, server: Server) => Answer | undefined = () => undefined,
) {
	const server: Server = {
		comments: start.map((body, i) => ({ id: i + 1, body, html_url: `url/${i + 1}` })),
		log: [],
		waits: [],
	};
	const http = createServer((request, response) => {
		void textOf(request).then((text) => {
			const line = `${request.method} ${request.url}`;
			server.log.push(line);
			const sent = text === "" ? undefined : (JSON.parse(text) as { body: string });
			const address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
			const { status, body, headers = {} } = before(line, server) ?? answer(server, line, { sent, address });
			response.writeHead(status, { "content-type": "application/json", ...headers });
			response.end(body === undefined ? "" : JSON.stringify(body));
		});
	});
	await new Promise<void>((ready) => http.listen(0, "127.0.0.1", ready));
	closing.push(() => void http.close());
	const apiUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
	const sleep = async (ms: number) => void server.waits.push(ms);
	const client = { apiUrl, token: "t0ken", signal: new AbortController().signal, sleep, now: () => 1_000_000 };
	return { server, put: (text: string) => putComment(client, place, `${MARKER}\n${text}`) };
}

interface Server {
	comments: { id: number; body: string; html_url: string }[];
	readonly log: string[];
	readonly waits: number[];
}

const textOf = async (request: IncomingMessage): Promise<string> => {
	let text = "";
	for await (const part of request) text += String(part);
	return text;
};

/** As GitHub does it: pages of two here, so that few comments are many pages. */
function answer(
	server: Server,
	line: string,
	{ sent, address }: { sent: { body: string } | undefined; address: string },
): Answer {
	const [method, path = ""] = line.split(" ") as [string, string];
	const { pathname, searchParams } = new URL(path, address);
	const id = Number(/\/comments\/(\d+)$/.exec(pathname)?.[1]);
	const found = server.comments.find((one) => one.id === id);
	if (pathname.endsWith("/pulls/482")) return { status: 200, body: { state: "open", head: { sha: "c0ffee" } } };
	if (method === "GET") {
		const page = Number(searchParams.get("page") ?? 1);
		const more = server.comments.length > page * 2;
		const link = `<${address}${pathname}?per_page=100&page=${page + 1}>; rel="next"`;
		return { status: 200, body: server.comments.slice(page * 2 - 2, page * 2), headers: more ? { link } : {} };
	}
	if (method === "POST") {
		const made = {
			id: server.comments.length + 100,
			body: sent!.body,
			html_url: `url/${server.comments.length + 100}`,
		};
		server.comments.push(made);
		return { status: 201, body: made };
	}
	if (found === undefined) return { status: 404, body: { message: "Not Found" } };
	if (method === "DELETE") {
		server.comments = server.comments.filter((one) => one !== found);
		return { status: 204 };
	}
	found.body = sent!.body;
	return { status: 200, body: found };
}

describe("the comment of a review", () => {
	it("is made where there is none", async () => {
		const { server, put } = await github(["hello"]);
		expect(await put("one")).toEqual({ kind: "created", url: "url/101" });
		expect(server.comments.map(({ body }) => body)).toEqual(["hello", `${MARKER}\none`]);
	});

	it("is found on a later page and edited in place", async () => {
		const { server, put } = await github(["a", "b", "c", "d", `${MARKER}\nold`, "f"]);
		expect(await put("new")).toEqual({ kind: "updated", url: "url/5" });
		expect(server.log.filter((line) => line.startsWith("GET"))).toHaveLength(4);
		expect(server.comments[4]!.body).toBe(`${MARKER}\nnew`);
	});

	it("is left alone when it says the same already", async () => {
		const { server, put } = await github([`${MARKER}\nsame`]);
		expect(await put("same")).toEqual({ kind: "unchanged", url: "url/1" });
		expect(server.log).toEqual([
			"GET /repos/acme/shop/pulls/482",
			"GET /repos/acme/shop/issues/482/comments?per_page=100",
		]);
	});

	it("is made anew when somebody deletes it in between", async () => {
		const { server, put } = await github([`${MARKER}\nold`], (line, { comments }) => {
			if (line.startsWith("PATCH")) comments.splice(0, 1);
			return undefined;
		});
		expect(await put("new")).toMatchObject({ kind: "created" });
		expect(server.comments.map(({ body }) => body)).toEqual([`${MARKER}\nnew`]);
	});

	it("is one again where two runs made one each: the older stays, with the later text", async () => {
		const { server, put } = await github([], (line, { comments }) => {
			if (line.startsWith("POST")) comments.push({ id: 7, body: `${MARKER}\nof another run`, html_url: "url/7" });
			return undefined;
		});
		expect(await put("mine")).toEqual({ kind: "updated", url: "url/7" });
		expect(server.comments).toEqual([{ id: 7, body: `${MARKER}\nmine`, html_url: "url/7" }]);
	});

	it.each([
		["outdated", "left to the run of a later commit", { state: "open", head: { sha: "beef" } }],
		["closed", "not written on a pull request that was closed meanwhile", { state: "closed", head: { sha: "c0ffee" } }],
	])("is %s: %s", async (kind, _, body) => {
		const { server, put } = await github([`${MARKER}\nold`], (line) =>
			line.includes("/pulls/") ? { status: 200, body } : undefined,
		);
		expect(await put("new")).toEqual({ kind });
		expect(server.comments[0]!.body).toBe(`${MARKER}\nold`);
	});

	it("is written all the same where the token may not read the pull request", async () => {
		const { put } = await github([], (line) => (line.includes("/pulls/") ? { status: 403, body: {} } : undefined));
		expect(await put("one")).toMatchObject({ kind: "created" });
	});

	it.each([
		["until a date", { "retry-after": new Date(9_000_000).toUTCString() }, {}, 8_000_000],
		[
			"a minute where it is the secondary limit and says no time",
			{},
			{ message: "You have exceeded a secondary rate limit." },
			60_000,
		],
	])("waits %s", async (_, headers, body, ms) => {
		let first = true;
		const { server, put } = await github([], () => {
			const limited = first;
			first = false;
			return limited ? { status: 403, headers, body } : undefined;
		});
		if (ms > 120_000) await expect(put("one")).rejects.toThrow("its rate limit is reached");
		else {
			expect(await put("one")).toMatchObject({ kind: "created" });
			expect(server.waits).toEqual([ms]);
		}
	});

	it.each([
		[403, "Resource not accessible by integration"],
		[422, "Validation Failed"],
		[404, "Not Found"],
	])("is not written where the answer is %i, which is no failure of the review", async (status, message) => {
		const { put } = await github([], (line) => (line.startsWith("POST") ? { status, body: { message } } : undefined));
		expect(await put("one")).toEqual({ kind: "refused", status, problem: message });
	});

	it("waits for a rate limit as long as the server says, and for a server that stumbles", async () => {
		let asked = 0;
		const { server, put } = await github([], () => {
			asked++;
			if (asked === 1) return { status: 403, headers: { "retry-after": "7" } };
			if (asked === 2) return { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1009" } };
			return asked === 3 ? { status: 502 } : undefined;
		});
		expect(await put("one")).toMatchObject({ kind: "created" });
		expect(server.waits).toEqual([7_000, 9_000, 4_000]);
	});

	it("takes the page of a proxy for no answer of GitHub's, and does not ask again", async () => {
		const { server, put } = await github([], () => ({ status: 200, headers: { "content-type": "text/html" } }));
		await expect(put("one")).rejects.toThrow(new GithubUnreachable("it answers 200 with text/html, not with JSON"));
		expect(server.log.length).toBe(1);
	});

	it("does not wait for an hour, nor for ever", async () => {
		const limited = { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "4600" } };
		const first = await github([], () => limited);
		await expect(first.put("one")).rejects.toThrow(new GithubUnreachable("its rate limit is reached"));
		expect(first.server.waits).toEqual([]);
		const second = await github([], () => ({ status: 500 }));
		await expect(second.put("one")).rejects.toThrow(new GithubUnreachable("it answers 500"));
		expect(second.server.log).toHaveLength(4);
	});

	it("sends its token to no other server, whatever a link to the next page says", async () => {
		const { server, put } = await github([], (line) =>
			line.startsWith("GET")
				? { status: 200, body: [], headers: { link: '<http://elsewhere.example/steal>; rel="next"' } }
				: undefined,
		);
		expect(await put("one")).toMatchObject({ kind: "created" });
		expect(server.log.every((line) => line.includes("/repos/acme/shop"))).toBe(true);
	});
});
