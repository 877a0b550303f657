/**
 * publications: a list of drugs, clinical trials and articles as people export them. Dates in three spellings, ids
 * empty, numeric or text, blank titles, journals that are missing or end in a broken escape, trials that stand there
 * twice (once without id, once without journal), articles that are in both files, JSON with trailing commas, and a few
 * rows that no rule can save.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pad, randomSource } from "./randomSource.mjs";

const { pick, below, chance } = randomSource(20261121);

const DRUGS = [
	["R06AA02", "DIPHENHYDRAMINE"],
	["J01AA07", "TETRACYCLINE"],
	["V03AB16", "ETHANOL"],
	["A03BA01", "ATROPINE"],
	["C01CA24", "EPINEPHRINE"],
	["C01CA03", "NOREPINEPHRINE"],
	["C01CA02", "ISOPRENALINE"],
	["R03CA02", "EPHEDRINE"],
	["R01BA02", "PSEUDOEPHEDRINE"],
	["H02AB01", "BETAMETHASONE"],
	["A10BA02", "METFORMIN"],
	["M01AE01", "IBUPROFEN"],
	["N02BE01", "PARACETAMOL"],
	["N02BA01", "ACETYLSALICYLIC ACID"],
	["A10AB01", "INSULIN (HUMAN)"],
	["A10AE04", "INSULIN GLARGINE"],
	["L01BC02", "5-FLUOROURACIL"],
	["B03BA01", "VITAMIN B12"],
	["B01AA03", "WARFARIN"],
	["B01AB01", "HEPARIN"],
	["N02AA01", "MORPHINE"],
	["C10AA01", "SIMVASTATIN"],
	["J01EE01", "CO-TRIMOXAZOLE"],
	["N01AX03", "KETAMINE"],
];
const SYLLABLES = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "ro", "su", "ta", "ve", "xo", "zi"];
const ENDINGS = ["MAB", "TINIB", "PRIL", "SARTAN", "OLOL", "AZOLE"];
const JOURNALS = [
	"Journal of emergency nursing",
	"The journal of maternal-fetal & neonatal medicine",
	"Hôpitaux universitaires de Genève",
	"American journal of veterinary research",
	"Journal of food protection",
	"The Journal of pediatrics",
	"Journal of photochemistry and photobiology. B, Biology",
	"Psychopharmacology",
	"Journal of back and musculoskeletal rehabilitation",
	"Medicine & science in sports",
	"Annals of Applied Pharmacy",
	'Łódź "Acta Medica"',
];
const CONDITIONS = [
	"chronic wounds",
	"acute asthma",
	"seasonal allergy",
	"type 2 diabetes",
	"postoperative pain",
	"septic shock",
	"Parkinson's disease",
	"nausea, vomiting and vertigo",
	"hypertension in pregnancy",
	"paediatric fever",
];
/** What looks like a drug and is none: part of a longer word. */
const NEAR_MISSES = ["tetracyclines", "levomethadone", "biguanide-metformins", "ethanolamine", "heparinoids"];
const BROKEN = ["\\xc3\\x28", "\\xe2\\x28\\xa1", "\\xc3\\xb1"];
const MONTHS = [
	"January",
	"February",
	"March",
	"April",
	"May",
	"June",
	"July",
	"August",
	"September",
	"October",
	"November",
	"December",
];

function drugName(i) {
	if (i < DRUGS.length) return DRUGS[i];
	const stem = Array.from({ length: 3 }, () => pick(SYLLABLES)).join("");
	return [`Z${pad(i % 100, 2)}ZZ${pad(i % 97, 2)}`, `${stem.toUpperCase()}${i}${pick(ENDINGS)}`];
}

const titleCase = (s) => s.charAt(0) + s.slice(1).toLowerCase();
const inAnyCase = (drug) => (chance(0.5) ? drug.toLowerCase() : chance(0.5) ? titleCase(drug) : drug);

function title(drugs) {
	const drug = () => inAnyCase(pick(drugs)[1]);
	const condition = pick(CONDITIONS);
	const text = pick([
		() => `Use of ${drug()} as an adjunct to treatment of ${condition}`,
		() => `${drug()} versus ${drug()} for ${condition}: a randomised trial`,
		() => `A ${below(90) + 10}-week study of ${drug()}-resistant cases in ${condition}`,
		() => `${drug()}, ${drug()} and ${drug()}: "which first?" in ${condition}`,
		() => `Prescription de ${drug()}, ${condition} : étude rétrospective`,
		() => `Effects of ${pick(NEAR_MISSES)} on ${condition}`,
		() => `Outcomes of physiotherapy in ${condition}, cohort ${below(900) + 100}`,
	])();
	if (chance(0.03)) return text.replace(" ", "  ");
	return chance(0.03) ? ` ${text} ` : text;
}

/** A day as [year, month, day]. */
const day = () => [2018 + below(4), 1 + below(12), 1 + below(28)];
const written = ([y, m, d]) =>
	pick([
		() => `${d} ${MONTHS[m - 1]} ${y}`,
		() => `${pad(d, 2)}/${pad(m, 2)}/${y}`,
		() => `${y}-${pad(m, 2)}-${pad(d, 2)}`,
	])();

const date = () =>
	chance(0.012) ? pick(["31/02/2021", "2020-13-01", "in press", "", "29 February 2019"]) : written(day());
const journal = () => {
	if (chance(0.04)) return "";
	const name = pick(JOURNALS);
	return chance(0.05) ? name + pick(BROKEN) : chance(0.03) ? `${name} ` : name;
};
const titleOrBlank = (drugs) => (chance(0.012) ? pick(["", "   "]) : title(drugs));

function trials(count, drugs) {
	const records = [];
	const id = (i) => `NCT0${pad(4100000 + i * 37, 7)}`;
	for (let i = 0; i < count; i++) {
		const trial = { id: chance(0.03) ? "" : id(i), title: titleOrBlank(drugs), date: date(), journal: journal() };
		if (!chance(0.05)) {
			records.push(trial);
			continue;
		}
		// Told by two registries, each leaving something out, each with its own way to write a date.
		const when = day();
		const twice = { ...trial, id: id(i), title: title(drugs), journal: pick(JOURNALS) };
		records.push({ ...twice, id: "", date: written(when) }, { ...twice, journal: "", date: written(when) });
	}
	// No rule saves these: a trial without id that could be either of two, and an id that stands for two trials.
	const pair = { title: `${inAnyCase(drugs[0][1])} or placebo, again`, date: "14/07/2020", journal: JOURNALS[0] };
	for (const which of [id(count), id(count + 1), ""]) records.push({ id: which, ...pair });
	records.push({ id: id(count), ...pair, title: "Another trial under a number that is taken" });
	return records;
}

function articles(count, firstId, drugs) {
	return Array.from({ length: count }, (_, i) => ({
		id: chance(0.03) ? "" : chance(0.05) ? `PMC${firstId + i}` : String(firstId + i),
		title: titleOrBlank(drugs),
		date: date(),
		journal: journal(),
	}));
}

const csvValue = (v) => (/[",\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v);
const csv = (rows) => rows.map((row) => `${row.map(csvValue).join(",")}\n`).join("");

/** Numbers without quotes where an id is one; a comma after the last record, and after the last member of some. */
function jsonWithTrailingCommas(records) {
	const texts = records.map(({ id, ...rest }) => {
		const shown = { id: /^\d+$/.test(id) ? Number(id) : id, ...rest };
		if (rest.journal === "" && chance(0.5)) delete shown.journal;
		const members = Object.entries(shown).map(([k, v]) => `    ${JSON.stringify(k)}: ${JSON.stringify(v)}`);
		return `  {\n${members.join(",\n")}${chance(0.1) ? "," : ""}\n  },\n`;
	});
	return `[\n${texts.join("")}]\n`;
}

/** 4,000 trials and 12,000 articles at scale 1. Returns a line that says what was written. */
export function writePublications(out, scale) {
	const folder = join(out, "publications");
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const count = (atScaleOne, least) => Math.max(least, Math.round(atScaleOne * scale));
	const drugs = Array.from({ length: Math.max(DRUGS.length, Math.round(150 * scale)) }, (_, i) => drugName(i));
	const trialRows = trials(count(4000, 40), drugs);
	const fromCsv = articles(count(8000, 60), 1001, drugs);
	const fromJson = articles(count(4000, 40), 1001 + fromCsv.length, drugs);
	// Some articles are in both files.
	const shared = fromCsv.filter((a) => a.id !== "" && chance(0.02));

	const listed = [...drugs, ["C01CA24", " epinephrine"], ["", ""], ["A99XX99", "  "]];
	writeFileSync(join(folder, "drugs.csv"), csv([["atccode", "drug"], ...listed]));
	const short = "NCT04999999,A row that lost its end\n";
	writeFileSync(
		join(folder, "clinical_trials.csv"),
		csv([["id", "scientific_title", "date", "journal"], ...trialRows.map((t) => Object.values(t))]) + short,
	);
	writeFileSync(
		join(folder, "pubmed.csv"),
		csv([["id", "title", "date", "journal"], ...fromCsv.map((a) => Object.values(a))]),
	);
	writeFileSync(join(folder, "pubmed.json"), jsonWithTrailingCommas([...fromJson, ...shared]));
	const articleCount = fromCsv.length + fromJson.length + shared.length;
	return `publications: ${listed.length} drugs, ${trialRows.length + 1} trials, ${articleCount} articles`;
}
