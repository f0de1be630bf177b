// What a Flamenco Manager does with a job type: node flamenco_manager.js JOB_TYPE.js SETTINGS_JSON prints the tasks.
// The script gets what the Manager's engine gives it and nothing of node's.
const vm = require("node:vm");
const fs = require("node:fs");

function numbersOf(text) {
    return text.split(",").flatMap(part => {
        const range = /^\s*(\d+)(?:(?:-|\.\.)(\d+))?\s*$/.exec(part);
        if (!range) throw new Error(`invalid range ${text}`);
        const first = Number(range[1]), last = Number(range[2] || range[1]);
        return Array.from({ length: last - first + 1 }, (_, at) => first + at);
    });
}

function textOf(numbers) {
    const runs = [];
    for (const number of numbers) {
        const run = runs[runs.length - 1];
        if (run && run[1] === number - 1) run[1] = number;
        else runs.push([number, number]);
    }
    return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

class Task {
    constructor(name, type) {
        Object.assign(this, { name, type, commands: [], after: [] });
    }
    addCommand(command) {
        this.commands.push(command);
    }
    addDependency(task) {
        this.after.push(task.name);
    }
}

const manager = {
    author: {
        Task: (name, type) => new Task(name, type),
        Command: (name, parameters, totalSteps = 1) => ({ name, parameters, totalSteps }),
    },
    frameCount: text => numbersOf(text).length,
    frameChunker: (text, size) => {
        const numbers = numbersOf(text);
        const count = Math.ceil(numbers.length / size);
        return Array.from({ length: count }, (_, at) => textOf(numbers.slice(at * size, (at + 1) * size)));
    },
};

const [script, settings] = process.argv.slice(2);
const context = vm.createContext(manager);
vm.runInContext(fs.readFileSync(script, "utf8") + "\nthis.JOB_TYPE = JOB_TYPE; this.compileJob = compileJob;", context);
const tasks = [];
context.compileJob({ name: "test", settings: JSON.parse(settings), addTask: task => tasks.push(task) });
console.log(JSON.stringify({ jobType: context.JOB_TYPE, tasks }));
