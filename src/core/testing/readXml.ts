export interface XmlElement {
	readonly name: string;
	readonly attributes: Readonly<Record<string, string>>;
	readonly children: readonly XmlElement[];
	/** Its own, entities resolved, without that of its children. */
	readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const MARK = /<\/([\w.-]+)\s*>|<([\w.-]+)((?:\s+[\w.-]+="[^"<]*")*)\s*(\/?)>|<\?xml [^?]*\?>|([^<]+)|([\s\S])/gu;

/** What XML 1.0 has no place for: control characters, halves of surrogate pairs, two non-characters. */
const NO_CHARACTER = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u;

function resolved(text: string): string {
	return text.replace(/&(?:#(\d+)|(\w+));|&|]]>/g, (sign, code?: string, name?: string) => {
		const found = code === undefined ? ENTITIES[name ?? ""] : String.fromCodePoint(Number(code));
		if (found === undefined) throw new Error(`not XML: ${sign}`);
		return found;
	});
}

/** A strict reader of XML without a document type, for tests: throws at whatever a parser would refuse. */
export function readXml(document: string): XmlElement {
	const bad = NO_CHARACTER.exec(document);
	if (bad !== null) throw new Error(`not XML: the character ${bad[0].codePointAt(0)} at ${bad.index}`);
	const top = { name: "", attributes: {}, children: [] as XmlElement[], text: "" };
	const open = [top];
	for (const [mark, closed, opened, written, empty, text, stray] of document.matchAll(MARK)) {
		const at = open.at(-1)!;
		if (stray !== undefined) throw new Error(`not XML: ${document.slice(0, 40)} … ${stray}`);
		if (text !== undefined) at.text += resolved(text.replace(/\r\n?/g, "\n"));
		if (closed !== undefined && open.pop()!.name !== closed) throw new Error(`not XML: ${mark} closes ${at.name}`);
		if (opened === undefined) continue;
		const attributes: Record<string, string> = {};
		for (const [, key, value] of written!.matchAll(/([\w.-]+)="([^"]*)"/g)) {
			if (key! in attributes) throw new Error(`not XML: ${key} twice in ${opened}`);
			attributes[key!] = resolved(value!.replace(/\r\n?|[\t\n]/g, " "));
		}
		const element = { name: opened, attributes, children: [], text: "" };
		at.children.push(element);
		if (empty === "") open.push(element);
	}
	if (open.length !== 1 || top.children.length !== 1 || top.text.trim() !== "")
		throw new Error("not XML: no single root");
	return top.children[0]!;
}
