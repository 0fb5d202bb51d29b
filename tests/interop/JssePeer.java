import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A TLS peer of nothing but JSSE, as a Java SIP stack has it: its alerts are the ground truth of the dialects of Java
 * (harness/tls/dialects.py).
 *
 * <p>Usage: {@code java JssePeer.java chain.pem key.pem trusted.pem server ADDRESS}, which demands a client
 * certificate and says {@code listening PORT}; or {@code ... client}, which takes lines {@code ADDRESS PORT
 * VERSION NAME CHECK} and says {@code accepted} or {@code refused} to each. The key is a PKCS#8 EC key.
 */
public class JssePeer {
    private static final char[] NO_PASSWORD = new char[0];

    public static void main(String[] words) throws Exception {
        SSLContext context = context(Path.of(words[0]), Path.of(words[1]), Path.of(words[2]));
        if (words[3].equals("server")) {
            serve(context, words[4]);
        } else {
            dial(context);
        }
    }

    private static void serve(SSLContext context, String address) throws Exception {
        SSLServerSocket listener =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 16, InetAddress.getByName(address));
        listener.setNeedClientAuth(true);
        System.out.println("listening " + listener.getLocalPort());
        while (true) {
            SSLSocket socket = (SSLSocket) listener.accept();
            try (socket) {
                socket.setSoTimeout(5000);
                socket.startHandshake();
                socket.getOutputStream().write(socket.getInputStream().readNBytes(4));
            } catch (IOException refused) {
                // The alert is on its way; the next caller please.
            }
        }
    }

    private static void dial(SSLContext context) throws Exception {
        System.out.println("ready");
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = orders.readLine()) != null; ) {
            String[] order = line.split(" ");
            System.out.println(connects(context, order) ? "accepted" : "refused");
        }
    }

    private static boolean connects(SSLContext context, String[] order) throws IOException {
        Socket plain = new Socket();
        plain.connect(new InetSocketAddress(order[0], Integer.parseInt(order[1])), 5000);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, order[3], 0, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv" + order[2]});
            if (order[4].equals("names")) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(5000);
            socket.startHandshake();
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private static SSLContext context(Path chain, Path key, Path trusted) throws Exception {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, NO_PASSWORD);
        own.setKeyEntry("own", key(key), NO_PASSWORD, certificates(chain));
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, NO_PASSWORD);

        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, NO_PASSWORD);
        int number = 0;
        for (Certificate anchor : certificates(trusted)) {
            anchors.setCertificateEntry("anchor-" + number++, anchor);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(anchors);

        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static Certificate[] certificates(Path pem) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        return factory.generateCertificates(new ByteArrayInputStream(Files.readAllBytes(pem))).toArray(new Certificate[0]);
    }

    private static PrivateKey key(Path pem) throws Exception {
        String text = Files.readString(pem).replaceAll("-----[A-Z ]+-----", "");
        byte[] der = Base64.getMimeDecoder().decode(text);
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    }
}
