const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** `8.2 kB`: thousands, as disks are sold. */
export function sizeText(bytes: number): string {
	let [n, unit] = [bytes, 0];
	for (; n >= 999.5 && unit < UNITS.length - 1; unit++) n /= 1000;
	return `${unit === 0 || n >= 99.5 ? Math.round(n) : n.toFixed(1)} ${UNITS[unit]}`;
}

/** `500 MB`, `1.5GB`, `0`; a bare number is bytes. Undefined when it is no size. */
export function readSize(text: string): number | undefined {
	const [, number, unit = "B"] = /^(\d+(?:\.\d+)?)\s*([kmgtp]?b)?$/i.exec(text.trim()) ?? [];
	if (number === undefined) return undefined;
	const power = UNITS.findIndex((one) => one.toLowerCase() === unit.toLowerCase());
	return Math.round(Number(number) * 1000 ** power);
}
