/* Two tones, where the display is set so and its browser lets a page that nobody pressed sound. */

const TONES = [660, 880];    // Hz
const EACH = 0.18;           // s
const LOUD = 0.2;            // of 1

let context = null;

export function chime() {
  context ??= new AudioContext();
  if (context.state !== "running") return void context.resume();
  for (const [index, tone] of TONES.entries()) play(tone, context.currentTime + index * EACH);
}

function play(tone, at) {
  const source = new OscillatorNode(context, { frequency: tone });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, at).linearRampToValueAtTime(LOUD, at + 0.02).linearRampToValueAtTime(0, at + EACH);
  source.connect(volume).connect(context.destination);
  source.start(at);
  source.stop(at + EACH);
}
