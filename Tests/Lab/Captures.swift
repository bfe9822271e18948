import Clockwork
import Foundation
import Kubernetes

/// Writes what the model's packets look like on every machine as files that tshark opens, and prints what it must read.
///
/// One line of JSON for each file: its path, and of each frame the fields that `tshark -T fields` is asked for.
func capture(_ folder: String) throws {
  let network = LabNetwork.reference
  let plan = Plan(network)
  var plant = network.plant(rules: rules(network))
  var files: Table<String, [CaptureFile.Frame]> = [:]
  for (number, target)
    in (plan.toItself + plan.flooded + plan.rows.filter { $0.transport == .icmp }).enumerated()
  {
    plant.clear()
    plant.visit(
      target.address,
      target.port,
      over: target.transport,
      from: target.namespace,
      of: target.kernel,
      number: Int64(number + 1),
      patience: target.patience
    )
    plant.run(isTelling: false)
    for (kernel, time, hop) in plant.hops where !hop.input.isEmpty {
      let frame = CaptureFile.Frame(time: time, device: hop.input, packet: hop.before)
      files.update(Plan.place(kernel, hop.namespace), default: []) { $0.append(frame) }
    }
  }
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  for place in files.keys {
    let file = CaptureFile(place: place, frames: files[place] ?? [])
    let path = "\(folder)/\(file.name)"
    try Data(file.bytes).write(to: URL(filePath: path))
    emit(["path": path, "frames": file.frames.map { fields($0) }])
  }
}

/// The fields `frame.interface_name eth.src eth.dst arp.src.proto_ipv4 ip.src ip.ttl tcp.dstport icmp.type` of a frame.
private func fields(_ frame: CaptureFile.Frame) -> [String] {
  var out = [frame.device, frame.packet.source.text, frame.packet.destination.text]
  switch frame.packet.payload {
  case .arp(let message): out += [message.sender.text, "", "", "", ""]
  case .ip(let datagram):
    out += ["", datagram.source.text, "\(datagram.ttl)"]
    switch datagram.content {
    case .tcp(let segment): out += ["\(segment.destinationPort)", ""]
    case .icmp(let message): out += ["", "\(message.kind.numbers.type)"]
    case .udp: out += ["", ""]
    }
  }
  return out
}
