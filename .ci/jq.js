// Evaluates every line of tests/data/jq/expressions.tsv with jq, and writes what jq prints, one JSON object a line.
const fs = require("fs");
const jq = require("jq-wasm");

async function main() {
    const lines = fs.readFileSync(process.argv[2], "utf8").split("\n");
    for (const line of lines.filter((line) => line.includes("\t"))) {
        const [input, expression] = line.split("\t");
        // Where jq itself aborts, that is an error too.
        const aborted = { stdout: "", exitCode: 134 };
        const run = jq.raw(input, expression, ["--compact-output", "--raw-output"]);
        const { stdout, exitCode } = await run.catch(() => aborted);
        const output = stdout.replace(/\n+$/, "");
        process.stdout.write(JSON.stringify({ input, expression, output, fails: exitCode !== 0 }) + "\n");
    }
}

main();
