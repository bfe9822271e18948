import Clockwork
import Testing

@testable import Kubernetes

/// Packets as bytes, files of captures, and the table of a packet's hops.
@Suite struct PacketBytesTests {
  private static func ip(_ text: String) -> IPv4 { IPv4(text) ?? .any }

  /// The example of an IPv4 header that textbooks compute: its checksum is b861.
  @Test func anIPv4HeaderHasTheKnownChecksum() {
    var message = UDPMessage(sourcePort: 1, destinationPort: 2)
    message.padding = 87
    let datagram = Datagram(
      source: Self.ip("192.168.0.1"),
      destination: Self.ip("192.168.0.199"),
      content: .udp(message)
    )
    let bytes = Packet(id: 1, payload: .ip(datagram)).bytes
    let known: [UInt8] = [
      0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7,
    ]
    #expect(Array(bytes[14..<34]) == known)
    #expect(bytes.count == 14 + 115)
  }

  @Test func aQuestionForAnAddressIsWrittenAsItStandsOnTheWire() {
    let (sender, target) = (Self.ip("10.244.1.9"), Self.ip("10.244.1.3"))
    let question = ARP(isReply: false, senderMAC: MAC(of: sender), sender: sender, target: target)
    let bytes = Packet(id: 1, source: MAC(of: sender), destination: .broadcast, payload: .arp(question)).bytes
    let mac: [UInt8] = [0x0a, 0x58, 0x0a, 0xf4, 1, 9]
    let head: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] + mac + [8, 6]
    let body: [UInt8] = [0, 1, 8, 0, 6, 4, 0, 1] + mac + [10, 244, 1, 9, 0, 0, 0, 0, 0, 0, 10, 244, 1, 3]
    #expect(bytes == head + body)
  }

  /// Whoever adds up what stands there, checksum included, gets nothing but ones.
  @Test func everyChecksumAddsUp() {
    var segment = Segment(sourcePort: 50_000, destinationPort: 80, flags: [.push, .ack], data: "GET / HTTP/1.1")
    segment.sequence = 0xdead_beef
    let opening = Segment(sourcePort: 50_000, destinationPort: 80, flags: .syn)
    let echo = ICMPMessage(.echoRequest, identifier: 7, sequence: 1)
    let (source, destination) = (Self.ip("10.244.1.9"), Self.ip("10.96.0.50"))
    func datagram(_ content: Datagram.Content) -> Datagram {
      Datagram(source: source, destination: destination, content: content)
    }
    let error = ICMPMessage(.portUnreachable, quoted: ICMPMessage.Quoted(datagram(.tcp(opening))))
    for content in [Datagram.Content.tcp(segment), .tcp(opening), .icmp(echo), .icmp(error)] {
      let datagram = datagram(content)
      let bytes = Packet(id: 1, payload: .ip(datagram)).bytes
      #expect(bytes.count == 14 + datagram.length)
      #expect(InternetChecksum.of(Array(bytes[14..<34])) == 0)
      let body = Array(bytes[34...])
      let sum =
        datagram.transport == .tcp
        ? InternetChecksum.of(body, from: source, to: destination, .tcp) : InternetChecksum.of(body)
      #expect(sum == 0)
    }
    // An error carries the packet that it is about, of which any byte can be checked too.
    let quoted = Array(Packet(id: 1, payload: .ip(datagram(.icmp(error)))).bytes[42...])
    #expect(quoted == Array(Packet(id: 2, payload: .ip(datagram(.tcp(opening)))).bytes[14...]))
  }

  @Test func aCaptureNamesTheInterfaceOfEveryFrame() {
    let message = ARP(isReply: false, senderMAC: .zero, sender: .any, target: .any)
    let packet = Packet(id: 1, payload: .arp(message))
    let frames = ["eth0", "cbr0", "eth0"].map { CaptureFile.Frame(time: 1500, device: $0, packet: packet) }
    let bytes = CaptureFile(place: "pod/kube-system/dns", frames: frames).bytes
    #expect(CaptureFile(place: "pod/kube-system/dns", frames: []).name == "pod.kube-system.dns.pcapng")
    var types: [UInt32] = []
    var place = 0
    func word(_ at: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) } }
    while place + 12 <= bytes.count {
      let length = Int(word(place + 4))
      types.append(word(place))
      #expect(length % 4 == 0 && word(place + length - 4) == UInt32(length))
      if types.count == 4 {
        // 2026-11-22T08:00:01.5Z in microseconds, and the first interface.
        #expect(UInt64(word(place + 12)) << 32 | UInt64(word(place + 16)) == 1_795_334_401_500_000)
        #expect(word(place + 8) == 0)
      }
      place += length
    }
    #expect(place == bytes.count)
    #expect(types == [0x0a0d_0d0a, 1, 1, 6, 6, 6])
  }

  // MARK: Hop by hop

  @Test func aPacketsLifeSaysWhatEachHopDidToIt() throws {
    let simulation = try PacketPlay.run("send http://svc/web from node1\n")
    let life = simulation.lastLife
    let first = try #require(life.packets.first)
    #expect(first.first?.place == "node1" && first.last?.place.hasPrefix("pod/web-") == true)
    #expect(first.first?.mark == ProxyChain.mark)
    #expect(first.contains { $0.hop.stages.contains { $0.did == "DNAT" } })
    let answer = try #require(life.packets.dropFirst().first)
    #expect(answer.first?.place == first.last?.place && answer.last?.place == "node1")
    for number in 1...life.packets.count {
      let text = life.text(of: number)
      for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }
    let text = life.text(of: 1)
    #expect(text.contains("OUTPUT > KUBE-SERVICES > KUBE-SVC-") && text.contains("0x4000"))
    #expect(life.text(of: 99) == "packets are numbered from 1 to \(life.packets.count)\n")
  }

  @Test func aRefusedPacketNamesTheTableAndTheRule() throws {
    let simulation = try PacketPlay.run(
      "kubectl scale deployment web --replicas=0\nadvance 5s\nsend http://svc/web from node1\n"
    )
    let text = simulation.lastLife.text(of: 1)
    #expect(text.contains("filter    OUTPUT > KUBE-SERVICES:"))
    #expect(text.contains("has no endpoints"))
    #expect(text.contains("lost      refused by the rule"))
  }
}
