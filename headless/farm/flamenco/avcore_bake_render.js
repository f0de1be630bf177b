// Flamenco 3 job type: bakes sound into textures, renders the scenes with them, and makes films of the frames.
// Install: copy this file into the folder `scripts` beside the program flamenco-manager, and give the Manager a
// variable `headless`, the Python that has avcore and bpy on each platform, such as /opt/avcore/bin/python.
const JOB_TYPE = {
    label: "Sound into pictures",
    description: "Bake textures from sound, render scenes with them, and make films of the frames",
    settings: [
        { key: "job_file", type: "string", subtype: "file_path", required: true,
          description: "The job.yaml that `headless farm export` wrote" },
        { key: "shots", type: "string", required: true, description: "Names of its shots, separated by commas" },
        { key: "frames", type: "string", required: true,
          eval: "f'{C.scene.frame_start}-{C.scene.frame_end}'",
          evalInfo: { showLinkButton: true, description: "The scene's range" },
          description: "Numbers of the scenes: 47, or 1-30, or 3,5-10" },
        { key: "chunk_size", type: "int32", default: 10, propargs: { min: 1, max: 10000 }, visible: "submission",
          description: "Frames per task" },
        { key: "setup_shots", type: "string", default: "", visible: "web", description: "Shots whose scene is to be made" },
        { key: "bake_shots", type: "string", default: "", visible: "web", description: "Shots that are baked in parts" },
        { key: "bake_whole_shots", type: "string", default: "", visible: "web",
          description: "Shots that are baked in one piece, because their pictures depend on earlier ones" },
        { key: "bake_frames", type: "string", default: "", visible: "web",
          description: "Numbers of the bakes, where they are not those of the scenes" },
        { key: "bake_task_type", type: "string", choices: ["blender", "headless-gpu"], default: "blender",
          description: "Which workers bake: headless-gpu are those with a GPU" },
        { key: "existing", type: "string", choices: ["skip", "overwrite"], default: "skip", visible: "submission",
          description: "What becomes of frames that are there" },
        { key: "movie", type: "bool", default: true, visible: "submission", description: "Make films of the frames" },
    ]
};

function setting(value, otherwise) {
    return value === undefined || value === null || value === "" ? otherwise : value;
}

function names(text) {
    return setting(text, "").split(",").map(name => name.trim()).filter(name => name !== "");
}

// Flamenco has no numbers below zero, so `headless farm submit` writes those one by one.
function chunksOf(frames, size) {
    if (!/(^|,)\s*-/.test(frames)) {
        return frameChunker(frames, size).map(text => ({ text: text, count: frameCount(text) }));
    }
    const numbers = frames.split(",").map(number => number.trim());
    const chunks = [];
    for (let at = 0; at < numbers.length; at += size) {
        const part = numbers.slice(at, at + size);
        chunks.push({ text: part.join(","), count: part.length });
    }
    return chunks;
}

// The command `blender-render` and not `exec`: for it alone, workers count `Time:` lines as steps, and show the files
// of `Saved:` lines. It runs {exe} {exeArgs} {argsBefore} {blendfile} {args}, so the job file stands in for a scene.
function addTask(job, settings, name, type, command, shot, chunk, after) {
    const args = ["--shot=" + shot, "--progress=flamenco"];
    if (chunk) args.push("--frames=" + chunk.text);
    if (["bake", "render", "encode"].indexOf(command) >= 0) args.push("--existing=" + setting(settings.existing, "skip"));
    if (command === "render") args.push("--update=no");
    const task = author.Task(name, type);
    task.addCommand(author.Command("blender-render", {
        exe: "{headless}",
        exeArgs: "-m headless",
        argsBefore: [command, "--job"],
        blendfile: settings.job_file,
        args: args,
    }, chunk ? chunk.count : 0));
    for (const other of after) task.addDependency(other);
    job.addTask(task);
    return task;
}

function compileJob(job) {
    const settings = job.settings;
    const size = setting(settings.chunk_size, 10);
    const bakeType = setting(settings.bake_task_type, "blender");
    const rendered = chunksOf(settings.frames, size);
    const isNumberedAlike = setting(settings.bake_frames, "") === "";
    const baked = isNumberedAlike ? rendered : chunksOf(settings.bake_frames, size);
    const add = (name, type, command, shot, chunk, after) =>
        addTask(job, settings, name, type, command, shot, chunk, after);

    for (const shot of names(settings.shots)) {
        const first = [];
        if (names(settings.setup_shots).indexOf(shot) >= 0) {
            first.push(add(`setup-${shot}`, "blender", "setup", shot, null, []));
        }
        if (names(settings.bake_whole_shots).indexOf(shot) >= 0) {
            first.push(add(`bake-${shot}`, bakeType, "bake", shot, null, []));
        }
        let bakes = [];
        if (names(settings.bake_shots).indexOf(shot) >= 0) {
            bakes = baked.map(chunk => add(`bake-${shot}-${chunk.text}`, bakeType, "bake", shot, chunk, []));
        }
        // Of bakes that are numbered as the scene, a chunk waits only for the pictures that it shows.
        const renders = rendered.map((chunk, at) => add(`render-${shot}-${chunk.text}`, "blender", "render", shot, chunk,
            first.concat(isNumberedAlike ? bakes.slice(at, at + 1) : bakes)));
        if (setting(settings.movie, true)) {
            const all = { text: settings.frames.replace(/\s+/g, ""), count: 0 };
            const film = add(`encode-${shot}`, "ffmpeg", "encode", shot, all, renders);
            add(`verify-${shot}`, "ffmpeg", "verify", shot, all, [film]);
        }
    }
}
