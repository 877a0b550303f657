/**
 * The three answers about persons, computed in plain JavaScript from the raw pages, by no SQL and none of tfm's code:
 * the judge of what the warehouse reports.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

interface RawPerson {
	readonly id: number;
	readonly email: string;
	readonly birthday: string;
	readonly address: { readonly country: string };
}

export interface PersonAnswers {
	readonly germany: { readonly persons: number; readonly gmail_users: number; readonly gmail_share: number };
	readonly top: readonly { readonly place: number; readonly country: string; readonly gmail_users: number }[];
	readonly over60: number;
	readonly rejected: number;
	readonly landed: number;
}

export function personAnswers(dataDir: string): PersonAnswers {
	const folder = join(dataDir, "persons");
	const latest = new Map<number, { person: RawPerson; extracted: string }>();
	let landed = 0;
	for (const file of readdirSync(folder).sort()) {
		const extracted = `${file.slice(0, 4)}-${file.slice(4, 6)}-${file.slice(6, 8)}`;
		const page = JSON.parse(gunzipSync(readFileSync(join(folder, file))).toString("utf8")) as { data: RawPerson[] };
		for (const person of page.data) {
			landed++;
			latest.set(person.id, { person, extracted });
		}
	}
	const countries = new Map<string, { persons: number; gmail: number; gmailOver60: number }>();
	let rejected = 0;
	for (const { person, extracted } of latest.values()) {
		const birthday = asDay(person.birthday);
		if ((birthday === null && person.birthday !== "") || (birthday !== null && birthday > extracted)) {
			rejected++;
			continue;
		}
		const country = person.address.country.toLowerCase().replace(/(^|\s)\S/g, (c) => c.toUpperCase());
		const row = countries.get(country) ?? { persons: 0, gmail: 0, gmailOver60: 0 };
		row.persons++;
		const email = person.email.trim().toLowerCase();
		const domain = /^[^@\s]+@[^@\s]+\.[a-z]+$/.test(email) ? email.split("@")[1]! : "";
		if (/^gmail\.[a-z]+(\.[a-z]+)?$/.test(domain)) {
			row.gmail++;
			if (birthday !== null && ageOn(birthday, extracted) > 60) row.gmailOver60++;
		}
		countries.set(country, row);
	}
	const ordered = [...countries].map(([country, row]) => ({ country, gmail_users: row.gmail }));
	const placed = ordered.map((row) => ({
		place: 1 + ordered.filter((other) => other.gmail_users > row.gmail_users).length,
		...row,
	}));
	const germany = countries.get("Germany")!;
	return {
		germany: {
			persons: germany.persons,
			gmail_users: germany.gmail,
			gmail_share: Number((germany.gmail / germany.persons).toFixed(4)),
		},
		top: placed.filter((row) => row.place <= 3).sort((a, b) => a.place - b.place || (a.country < b.country ? -1 : 1)),
		over60: [...countries.values()].reduce((n, row) => n + row.gmailOver60, 0),
		rejected,
		landed,
	};
}

/** The text itself when it is a day of the calendar. */
function asDay(text: string): string | null {
	if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
	const date = new Date(`${text}T00:00:00Z`);
	return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : null;
}

function ageOn(birthday: string, day: string): number {
	const years = Number(day.slice(0, 4)) - Number(birthday.slice(0, 4));
	return day.slice(5) < birthday.slice(5) ? years - 1 : years;
}
