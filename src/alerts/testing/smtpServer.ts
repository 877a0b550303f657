import { type AddressInfo, createServer, type Socket } from "node:net";

export interface Mail {
	readonly from: string;
	readonly to: readonly string[];
	readonly text: string;
	/** `user:password` of AUTH PLAIN, or null. */
	readonly login: string | null;
}

/** A mail server of RFC 5321 with AUTH PLAIN and no TLS. `greet` may refuse: `421 busy`. */
export async function startSmtpServer(greet: (n: number) => string = () => "220 local ESMTP") {
	const mails: Mail[] = [];
	const sockets = new Set<Socket>();
	let connections = 0;
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket)).on("error", () => {});
		const say = (line: string) => void socket.write(`${line}\r\n`);
		let mail = { from: "", to: [] as string[], login: null as string | null };
		let data: string[] | null = null;
		let rest = "";
		const greeting = greet(++connections);
		say(greeting);
		if (!greeting.startsWith("2")) return void socket.end();
		socket.setEncoding("utf8").on("data", (chunk: string) => {
			const lines = (rest + chunk).split("\r\n");
			rest = lines.pop() ?? "";
			for (const line of lines) {
				if (data !== null) {
					if (line !== ".") data.push(line.replace(/^\.\./, "."));
					else {
						mails.push({ ...mail, text: data.join("\n") });
						data = null;
						mail = { ...mail, from: "", to: [] };
						say("250 2.0.0 queued");
					}
					continue;
				}
				const verb = line.slice(0, 4).toUpperCase();
				const address = /<([^>]*)>/.exec(line)?.[1] ?? "";
				if (verb === "EHLO") say("250-local\r\n250 AUTH PLAIN");
				else if (verb === "AUTH") {
					const [, user = "", password = ""] = Buffer.from(line.split(" ")[2] ?? "", "base64")
						.toString()
						.split("\0");
					mail.login = `${user}:${password}`;
					say(password === "wrong" ? "535 5.7.8 no" : "235 2.7.0 welcome");
				} else if (verb === "MAIL") {
					mail.from = address;
					say("250 2.1.0 ok");
				} else if (verb === "RCPT") {
					mail.to.push(address);
					say(address.startsWith("nobody@") ? "550 5.1.1 no such user" : "250 2.1.5 ok");
				} else if (verb === "DATA") {
					data = [];
					say("354 go on");
				} else if (verb === "QUIT") {
					say("221 bye");
					socket.end();
				} else say("250 ok");
			}
		});
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	return {
		port: (server.address() as AddressInfo).port,
		mails,
		close: () => {
			for (const socket of sockets) socket.destroy();
			return new Promise<void>((done) => server.close(() => done()));
		},
	};
}
