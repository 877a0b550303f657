import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

export interface TestCertificates {
	/** PEM; for NODE_EXTRA_CA_CERTS. */
	readonly authority: string;
	/** PEM, for a server of all the hosts. */
	readonly certificate: string;
	readonly key: string;
}

/** An authority that lives for one test, and a certificate of it. Node signs, but writes no certificates: X.509 in DER. */
export function testCertificates(hosts: readonly string[]): TestCertificates {
	const keys = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
	const [ours, theirs] = [keys(), keys()];
	const authority = certificate({
		issuer: "tfm tests",
		subject: "tfm tests",
		key: ours.publicKey,
		by: ours.privateKey,
	});
	const leaf = certificate({
		issuer: "tfm tests",
		subject: hosts[0]!,
		key: theirs.publicKey,
		by: ours.privateKey,
		hosts,
	});
	return { authority, certificate: leaf, key: theirs.privateKey.export({ format: "pem", type: "pkcs8" }) as string };
}

interface Wanted {
	readonly issuer: string;
	readonly subject: string;
	readonly key: KeyObject;
	readonly by: KeyObject;
	/** Absent: an authority. */
	readonly hosts?: readonly string[];
}

function certificate({ issuer, subject, key, by, hosts }: Wanted): string {
	const algorithm = sequence(oid("2a864886f70d01010b"), der(0x05));
	const names = hosts?.map((host) => der(0x82, Buffer.from(host)));
	const extension =
		names === undefined
			? sequence(oid("551d13"), der(0x01, Buffer.of(0xff)), der(0x04, sequence(der(0x01, Buffer.of(0xff)))))
			: sequence(oid("551d11"), der(0x04, sequence(...names)));
	const body = sequence(
		der(0xa0, der(0x02, Buffer.of(2))),
		der(0x02, Buffer.of(names === undefined ? 1 : 2)),
		algorithm,
		name(issuer),
		sequence(der(0x17, Buffer.from("250101000000Z")), der(0x17, Buffer.from("490101000000Z"))),
		name(subject),
		key.export({ format: "der", type: "spki" }),
		der(0xa3, sequence(extension)),
	);
	const whole = sequence(body, algorithm, der(0x03, Buffer.of(0), sign("sha256", body, by)));
	return `-----BEGIN CERTIFICATE-----\n${whole.toString("base64").replace(/.{1,64}/g, "$&\n")}-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
	const content = Buffer.concat(parts);
	const { length } = content;
	const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
	return Buffer.concat([Buffer.of(tag, ...size), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
/** The common name alone. */
const name = (text: string): Buffer => sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(text)))));
