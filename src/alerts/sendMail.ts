import type { AlertChannel, AlertMessage } from "../core/alerts.ts";
import { messageText } from "./alertMessage.ts";
import { SENDING_TIMES, type SendingWorld } from "./sendHttp.ts";

type Smtp = Extract<AlertChannel, { type: "smtp" }>;

/** What nodemailer adds to an error. */
interface MailFault extends Error {
	readonly code?: string;
	readonly responseCode?: number;
}

/**
 * One mail to all receivers. Answers of 4xx (a greylist, a full queue) and broken connections are tried again.
 * Returns null, or in words why it was not taken. The message's id is the mail's, so that a reader shows it once.
 */
export async function sendMail(message: AlertMessage, channel: Smtp, world: SendingWorld): Promise<string | null> {
	// 2 MB that no other command needs.
	const { createTransport } = await import("nodemailer");
	const times = world.times ?? SENDING_TIMES;
	const end = performance.now() + times.totalMs;
	const { host, port, secure, user, password } = channel;
	const transport = createTransport({
		host,
		port,
		secure,
		connectionTimeout: times.tryMs,
		greetingTimeout: times.tryMs,
		socketTimeout: times.tryMs,
		// A password must not cross the network in the clear; a server on this machine has no certificate.
		requireTLS: user !== null && !secure && !isLocal(host),
		ignoreTLS: !secure && isLocal(host),
		...(user === null ? {} : { auth: { user, pass: password ?? "" } }),
	});
	try {
		for (let tried = 1; ; tried++) {
			try {
				await transport.sendMail({
					from: channel.from,
					to: [...channel.to],
					subject: `${message.kind === "resolved" ? "[resolved] " : ""}${message.title}`,
					text: messageText(message),
					messageId: `<${message.id}@tfm>`,
					date: new Date(message.at),
					headers: { "X-Tfm-Run": message.run_id, "Auto-Submitted": "auto-generated" },
				});
				return null;
			} catch (error) {
				const fault = error as MailFault;
				const passing = fault.responseCode === undefined ? PASSING.has(fault.code ?? "") : fault.responseCode < 500;
				const pause = times.pauseMs * 2 ** (tried - 1);
				if (!passing || tried === times.tries || performance.now() + pause >= end)
					return `${host}:${port} ${wordsOf(fault)}${tried === 1 ? "" : ` (${tried} tries)`}`;
				await world.sleep(pause);
			}
		}
	} finally {
		transport.close();
	}
}

const PASSING: ReadonlySet<string> = new Set([
	"ECONNECTION",
	"ETIMEDOUT",
	"ESOCKET",
	"ECONNRESET",
	"ECONNREFUSED",
	"EDNS",
]);

const isLocal = (host: string): boolean => host === "localhost" || host === "::1" || host.startsWith("127.");

function wordsOf(fault: MailFault): string {
	if (fault.responseCode !== undefined) return `answered ${fault.responseCode}`;
	switch (fault.code) {
		case "ETIMEDOUT":
			return "did not answer in time";
		case "EDNS":
			return "is not known to the name server";
		case "EAUTH":
			return "refused user and password";
		default:
			return `could not be reached${fault.code === undefined ? "" : ` (${fault.code})`}`;
	}
}
