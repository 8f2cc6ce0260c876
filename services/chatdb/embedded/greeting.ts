import { defaultUrl } from "@chatdb/contracts/gateway-url.ts";
import type { RunningChatDb } from "./chatdb.ts";

/** Text for the person who started ChatDB: its address and what to try first. */
export function greeting({ url, testServiceUrl }: Pick<RunningChatDb, "url" | "testServiceUrl">): string {
  const chatdb = "npm run --silent chatdb --";
  const isDefault = url === defaultUrl;
  const at = isDefault ? "" : ` --url ${url}`;
  const hint = isDefault ? "" : `To leave --url out: export CHATDB_URL=${url}\n`;
  return `${url}

Ask the sample shop, in a browser at that address, or from a terminal:
  curl -s ${url}/api/query -H 'content-type: application/json' \\
    -d '{"query": "how many customers are there in Germany?"}'
  ${chatdb} ask${at} "how many customers are there in Germany?"

Ask a database of your own, which is kept with --data DIR (--port PORT listens elsewhere):
  ${chatdb} datasource add${at} mine postgresql://USER@localhost:5432/DATABASE
  ${chatdb} ask${at} --datasource mine "QUESTION"
${hint}
Train a model on the sample dataset, see how the job goes, and predict:
  curl -s ${url}/api/jobs -H 'content-type: application/json' \\
    -d '{"model_name": "house-prices", "dataset_location": "s3://datasets/houses.csv", "target": "price"}'
  curl -s ${url}/api/jobs
  curl -s ${url}/api/predict -H 'content-type: application/json' \\
    -d '{"model_name": "house-prices", "features": {"area_m2": 120, "rooms": 4, "age_years": 10, "city": "Berlin"}}'

Run the test scenarios through the gateway, and open the Location that it answers:
  curl -si -X POST ${testServiceUrl}/runs
`;
}
