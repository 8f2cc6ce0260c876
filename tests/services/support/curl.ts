/** The HTTP request of a curl command. */
export interface CurlCommand {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** Finds the curl commands in a text, each at the start of a line; a backslash at the end continues a line. */
export function curlCommands(text: string): CurlCommand[] {
  const lines = text
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.trim());
  return lines.filter((line) => line.startsWith("curl ")).map(parse);
}

export async function perform({ url, method, headers, body }: CurlCommand): Promise<Response> {
  return await fetch(url, { method, headers, ...(body !== undefined && { body }), redirect: "manual" });
}

function parse(line: string): CurlCommand {
  const [, ...words] = Array.from(line.matchAll(/'([^']*)'|\S+/g), ([word, quoted]) => quoted ?? word);
  const command = { url: "", method: "", headers: {} as Record<string, string>, body: undefined as string | undefined };
  while (words.length > 0) {
    const word = words.shift()!;
    const value = () => {
      if (words.length === 0) throw new Error(`${word} has no value: ${line}`);
      return words.shift()!;
    };
    if (word === "-X") command.method = value();
    else if (word === "-d") command.body = value();
    else if (word === "-H") {
      const [name = "", content = ""] = value().split(/:\s*/, 2);
      command.headers[name] = content;
    } else if (!word.startsWith("-")) command.url = word;
    else if (!/^-[si]+$/.test(word)) throw new Error(`unknown option ${word}: ${line}`);
  }
  command.method ||= command.body === undefined ? "GET" : "POST";
  return command;
}
