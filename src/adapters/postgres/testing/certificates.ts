import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/**
 * Certificates for a test's TLS server, made on the spot so that no key lies in the repository: X.509 written out in
 * DER (RFC 5280), signed with ECDSA on P-256.
 */
export interface Certificate {
	readonly pem: string;
	readonly keyPem: string;
	readonly name: string;
	readonly key: KeyObject;
}

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
	const body = Buffer.concat(parts);
	const length =
		body.length < 128
			? Buffer.from([body.length])
			: body.length < 256
				? Buffer.from([0x81, body.length])
				: Buffer.from([0x82, body.length >> 8, body.length & 255]);
	return Buffer.concat([Buffer.from([tag]), length, body]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes));
const text = (value: string): Buffer => der(0x0c, Buffer.from(value));
const utc = (year: number): Buffer => der(0x18, Buffer.from(`${year}0101000000Z`));
const named = (name: string): Buffer => sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), text(name))));
const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));

/** `hosts`: DNS names it is made for. Without an issuer it is an authority that signed itself. */
export function makeCertificate(
	name: string,
	{
		issuer,
		hosts = [],
		years = [2020, 2120],
	}: { issuer?: Certificate; hosts?: string[]; years?: [number, number] } = {},
): Certificate {
	const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "der" });
	const extensions: Buffer[] = [];
	if (issuer === undefined)
		// basicConstraints, critical: a certificate authority.
		extensions.push(
			sequence(
				oid(0x55, 0x1d, 0x13),
				der(0x01, Buffer.from([255])),
				der(0x04, sequence(der(0x01, Buffer.from([255])))),
			),
		);
	if (hosts.length > 0) {
		const names = sequence(...hosts.map((host) => der(0x82, Buffer.from(host))));
		extensions.push(sequence(oid(0x55, 0x1d, 0x11), der(0x04, names)));
	}
	const body = sequence(
		der(0xa0, der(0x02, Buffer.from([2]))),
		der(0x02, Buffer.from([1 + Math.floor(Math.random() * 100), 7])),
		ECDSA_SHA256,
		named(issuer?.name ?? name),
		sequence(utc(years[0]), utc(years[1])),
		named(name),
		publicKey,
		...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
	);
	const signature = sign("sha256", body, issuer?.key ?? privateKey);
	const certificate = sequence(body, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature));
	const lines = certificate.toString("base64").replace(/.{1,64}/g, "$&\n");
	return {
		name,
		key: privateKey,
		pem: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
		keyPem: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
	};
}
