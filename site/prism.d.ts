declare module "prismjs/components/prism-core.js" {
	const Prism: {
		manual: boolean;
		languages: Record<string, object>;
		highlight(text: string, grammar: object, language: string): string;
	};
	export default Prism;
}
declare module "prismjs/components/prism-sql.js";
