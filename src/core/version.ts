/** tfm's version, kept equal to package.json by a test; the dbt version whose behaviour and artifacts tfm keeps. */
export const TFM_VERSION = "0.1.0";
export const DBT_VERSION = "1.12.6";
