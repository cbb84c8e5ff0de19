"""Compares media files with their cleaned copies, by Pillow, ffmpeg and exiftool.

Use: look.py FOLDER CLEANED NAME…
"""
import json
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import pillow_heif
from PIL import Image, ImageSequence

pillow_heif.register_heif_opener()

# What exiftool may find in a cleaned file: what it computes or reads of the file itself, and what is needed to show it.
FILE_GROUPS = {"SourceFile", "ExifTool", "File", "Composite", "System"}
SHOWN = {
    "JFIF", "ICC_Profile", "ICC-header", "ICC-view", "ICC-meas", "ICC-chrm", "APP14", "Adobe",
    "PNG", "PNG-pHYs", "RIFF", "GIF", "QuickTime", "Meta", "Track1", "Track2", "Main",
}
TELLING = ("gps", "location", "coordinates", "artist", "creator", "make", "model", "comment", "thumbnail", "by-line")


def frames(path):
    """Returns all that a viewer shows: size, colours, loops, and each frame's pixels and duration."""
    with Image.open(path) as image:
        head = (image.size, image.info.get("icc_profile"), image.info.get("loop"), image.getexif().get(0x0112, 1))
        shown = [(f.convert("RGBA").tobytes(), f.info.get("duration")) for f in ImageSequence.Iterator(image)]
    return head, shown


def film(path):
    """Returns a sum of each decoded picture and piece of sound, with its time."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    run = subprocess.run(
        [ffmpeg, "-v", "error", "-i", path, "-f", "framemd5", "-"], check=True, capture_output=True, text=True
    )
    assert not run.stderr, run.stderr
    return [line for line in run.stdout.splitlines() if not line.startswith("#software")]


def main():
    folder, cleaned, *names = sys.argv[1:]
    faults = []
    for name in names:
        before, after = Path(folder, name), Path(cleaned, name)
        show = film if name.endswith((".mp4", ".mov")) else frames
        if show(before) != show(after):
            faults.append(f"{name} shows something else")
        look = ["exiftool", "-json", "-G1", "-a", "-ee", after]
        told = json.loads(subprocess.run(look, check=True, capture_output=True).stdout)[0]
        for key, value in told.items():
            group, _, tag = key.rpartition(":")
            if group in FILE_GROUPS or key == "SourceFile":
                continue
            orientation = group == "IFD0" and tag == "Orientation"
            telling = any(word in tag.lower() for word in TELLING) and not group.startswith("ICC")
            if telling or not (group in SHOWN or orientation):
                faults.append(f"{name} tells {key} = {value}")
        if name.startswith("camera") and name.endswith((".jpg", ".png", ".webp")) and "IFD0:Orientation" not in told:
            faults.append(f"{name} has lost its orientation: {told}")
    print("\n".join(faults))
    sys.exit(bool(faults))


main()
